// The exports of `fanfold/workflows`: the workflows, and the parts that they and workflows of your own are made of.
export { agent, compare, gather, graph, map, perspectives, research, summarise, validate } from './index.js';

export { coverageOf, criticalPathOf, mergeByKey, runStatusOf } from '../src/fold/fold.js';
export { mergeFindings } from '../src/fold/findings.js';
export { selectBy } from '../src/fold/fan-in.js';
export { vote } from '../src/fold/vote.js';
export { checkMerge, mergeOutputs } from './fold/merge-outputs.js';
export type { Merged, Strategies, Strategy } from '../src/fold/merge-outputs.js';
export { policyOf } from '../src/plan/policy.js';
export { contradictionOf, reduce } from '../src/fold/reducers.js';
export { askToMerge } from './fold/ask-to-merge.js';
export { activityBranch, modelBranch } from './engine/branch.js';
export type { AskSettings, Branch } from './engine/branch.js';
export { fanOut } from './engine/fan-out.js';
export type { FanOut } from './engine/fan-out.js';
export { GraphBuilder, typed } from './graphs/graph-builder.js';
export type { GraphOptions, GraphResult, TypedBranch } from './graphs/graph-builder.js';
export { RunProgress } from './engine/progress.js';
export type { Follow } from './engine/progress.js';
