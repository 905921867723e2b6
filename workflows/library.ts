// What `fanfold/workflows` exports: the workflows themselves, and what they and workflows of one's own are made of.
export { agent, compare, gather, graph, perspectives, research, summarise, validate } from './index.js';

export { coverageOf, criticalPathOf, mergeByKey, runStatusOf } from '../src/contract/fold.js';
export { mergeFindings } from '../src/contract/findings.js';
export { selectBy, vote } from '../src/contract/fan-in.js';
export { checkMerge, mergeOutputs } from './merge-outputs.js';
export type { Merged, Strategies, Strategy } from '../src/contract/merge-outputs.js';
export { policyOf } from '../src/contract/policy.js';
export { contradictionOf, reduce } from '../src/contract/reducers.js';
export { askToMerge } from './ask-to-merge.js';
export { activityBranch, modelBranch } from './branch.js';
export type { AskSettings, Branch } from './branch.js';
export { fanOut } from './fan-out.js';
export type { FanOut } from './fan-out.js';
export { GraphBuilder, typed } from './graph-builder.js';
export type { GraphResult, TypedBranch } from './graph-builder.js';
export { RunProgress } from './progress.js';
export type { Follow } from './progress.js';
