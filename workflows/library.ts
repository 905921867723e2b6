// The exports of `fanfold/workflows`: the workflows, and the parts that they and workflows of your own are made of.
export { agent, compare, gather, graph, map, perspectives, research, summarise, validate } from './index.js';

export { coverageOf } from '../src/fold/fold.js';
export { mergeFindings } from '../src/fold/findings.js';
export { vote } from '../src/fold/vote.js';
export { checkMerge, mergeOutputs } from './fold/merge-outputs.js';
export type { Merged, Strategies, Strategy } from '../src/fold/merge-outputs.js';
export { contradictionOf, reduce } from '../src/fold/reducers.js';
export { GraphBuilder } from './graphs/graph-builder.js';
export type { GraphOptions, GraphResult, NodeOptions } from './graphs/graph-builder.js';
export { ask } from './typed/ask.js';
export type { AskOptions, StoredValue } from './typed/ask.js';
export { fanOut, outcomeOf } from './typed/fan-out.js';
export type { FanOut, OutcomesByKey, OutcomesInOrder } from './typed/fan-out.js';
export type { FanOutOptions, ItemsOptions } from './typed/options.js';
export type { Ended, LostOutcome, OkOutcome, Outcome, UnfitOutcome } from './typed/outcome.js';
export { jsonOutput } from './typed/output.js';
export type { Output } from './typed/output.js';
export { load } from './typed/run-context.js';
export { activity, childWorkflow } from './typed/own-work.js';
export type { ActivityOptions, ChildOptions } from './typed/own-work.js';
export type { Task, ValueOf, Work } from './typed/work.js';
export type { Duration, DurationUnit } from './typed/duration.js';
export { merge, select, selectBy, synthesise } from './typed/fan-in.js';
export type { FanInOptions, MergedOutputs, Outcomes, Selected } from './typed/fan-in.js';
export { agentLoop, search } from './typed/runs.js';
export type { AgentOptions, RunOptions, SearchOptions, SearchResult } from './typed/runs.js';
// Types that stand in the signatures above.
export type { JsonSchema } from '../src/contract/json-schema.js';
export type { Join, Late } from '../src/contract/options.js';
export type { Branch, BranchError, Coverage, Latency, RunStatus, Usage } from '../src/contract/run.js';
export type { Contradiction, Written } from '../src/contract/run-result.js';
export type { FolderSource, Hit, HttpSource, Source } from '../src/contract/source.js';
export type { Stored } from '../src/contract/stored.js';
export type { Tool, ToolBy } from '../src/contract/tool.js';
export type { Conflict, Finding, Remark, Severity } from '../src/fold/findings.js';
export type { ReducerName } from '../src/fold/reducers.js';
export type { RankedHit } from '../src/fold/hits.js';
