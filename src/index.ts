export {
  cancelBranches,
  cancelRun,
  connectClient,
  documentText,
  failingTask,
  firstAnswer,
  historyEvents,
  listRuns,
  openRuns,
  pendingBranches,
  placeChunks,
  placeDocument,
  placeRows,
  readRows,
  readRun,
  resolveBranch,
  retryBranches,
  RunView,
  startRun,
  wholeOutput,
} from './client/index.js';
export type {
  Execution,
  HistoryEvent,
  ListedRun,
  PendingBranch,
  PlaceRowsOptions,
  RunFilter,
  RunToStart,
  ServerAddress,
  StartedRun,
} from './client/index.js';
export type { Activities } from './contract/activities.js';
export type { Answer, Ledger, ModelCall } from './contract/model-call.js';
export type { Extent, FileMediaType, StoredDocument, StoredFile } from './contract/document.js';
export type { JsonSchema } from './contract/json-schema.js';
export type { ModelRequest } from './contract/model-request.js';
export type { Stored } from './contract/stored.js';
export type { AnsweredRow, AnsweredRows, StoredRows } from './contract/stored-rows.js';
export type { Chunk, LocalCheck } from './contract/lanes.js';
export type { FolderSource, HttpSource, Source } from './contract/source.js';
export type { ServerTool } from './contract/server-tool.js';
export type { Tool, ToolBy } from './contract/tool.js';
export type { Flow, FlowNode } from './plan/graph/flow.js';
export type { OwnCheck } from './plan/validate-plan.js';
export type { FindingsFold } from './plan/validate-over-plan.js';
export { checkOutputSchema } from './plan/check-output-schema.js';
export { FanfoldError, InputError, OverBudgetError, UnavailableError } from './contract/errors.js';
export { exitCodes } from './contract/exit-codes.js';
export type { ExitCode } from './contract/exit-codes.js';
export { answerErrors, failureTypes } from './contract/failures.js';
export type { FailureType } from './contract/failures.js';
export { queryNames, searchAttributes, taskQueues, updateNames, workflowTypes } from './contract/names.js';
export type { Kind, TaskQueue } from './contract/names.js';
export { outputSchema } from './plan/output-schema.js';
export type { StandardJsonSchema } from './plan/standard-schema.js';
export { planPerspectives } from './plan/perspectives-plan.js';
export type { Perspective } from './plan/perspective.js';
export type { AgentInput } from './plan/agent-plan.js';
export type { CompareInput } from './plan/compare-plan.js';
export type { GatherInput } from './plan/gather-plan.js';
export type { GraphInput } from './plan/graph/flow.js';
export type { MapInput } from './plan/map-plan.js';
export type { PerspectivesInput } from './plan/perspectives-plan.js';
export type { ResearchInput } from './plan/research-plan.js';
export type { SummariseInput } from './plan/summarise-plan.js';
export type { ValidateInput } from './plan/validate-plan.js';
export type { InputByKind } from './plan/schema/input-by-kind.js';
export { MisfitError, parseInput } from './plan/schema/parse.js';
export type { Misfit } from './plan/schema/misfit.js';
export type { FanOutPlan } from './plan/fan-out-plan.js';
export { fanOutDefaults, joinPolicies, latePolicies, modelDefaults } from './contract/options.js';
export type { BudgetOptions, FanOutOptions, Join, Late, ModelOptions, Policy } from './contract/options.js';
export type { Precedence, Share } from './contract/priority.js';
export { boundsOf } from './model/index.js';
export type { DividedOutput } from './fold/output-parts.js';
export type { FirstAnswer, OutputReference, Progress, RunResult } from './contract/run-result.js';
export type {
  Approval,
  Branch,
  BranchError,
  BranchStatus,
  Coverage,
  FailingTask,
  Latency,
  Run,
  RunStatus,
  Usage,
} from './contract/run.js';
export { defaultPerspectives } from './plan/specialists.js';
export { dataConverter, UnreadablePayload } from './payloads/index.js';
export type { DataConverterSettings } from './payloads/index.js';
export { BlobStore } from './store/blob-store.js';
export type { BlobReference } from './store/blob-store.js';
// Types that stand in the signatures above.
export type { TextWriter } from './client/chunks.js';
export type { TextReader } from './client/wide-branches.js';
export type { Ended, LostOutcome, OkOutcome, Outcome, UnfitOutcome } from './contract/typed-outcome.js';
export type { Closed } from './client/event-facts.js';
export type { RunOfKind } from './client/start-run.js';
export type {
  AnswerGroup,
  AnswersOrder,
  BatchAnswer,
  BatchOrder,
  GrammarCall,
  GroupedAnswers,
  KeyedAnswer,
  LedgersByKey,
  LibraryActivities,
  OutcomePage,
  OutcomePlace,
  PatternCall,
  SourceCall,
  SubmittedBatch,
  ToolCall,
  UntoldInLanes,
  UntoldTry,
} from './contract/activities.js';
export type { Place, StoredBranch } from './contract/branch.js';
export type { Dialect } from './contract/dialects.js';
export type { DocumentContent, FileContent } from './contract/document.js';
export type { Known, KnownBranch, RunReference } from './contract/known.js';
export type { EarlierExecutions } from './contract/memo.js';
export type {
  Blob,
  ChunkOrder,
  FailedRanges,
  Item,
  Lane,
  LaneBeat,
  LaneReport,
  LaneResult,
  Range,
  Tally,
  Template,
  Way,
} from './contract/lanes.js';
export type { Reserve } from './contract/model-call.js';
export type { PromptPart, Turn, WantedCall } from './contract/model-request.js';
export type { FanInKind, FanInOptions } from './contract/options.js';
export type { PayloadFailure } from './contract/refused.js';
export type { Contradiction, FanInResult, OutputPath, WideOutcomes, Written } from './contract/run-result.js';
export type { PatternCheck, Severity } from './fold/findings.js';
export type { ReducerName } from './fold/reducers.js';
export type { RowsFold } from './fold/rows.js';
export type { CarriedAgent } from './plan/agent-plan.js';
export type { BestBy } from './plan/compare-plan.js';
export type { PlannedBranch } from './plan/fan-out-plan.js';
export type { InputType } from './plan/graph/flow.js';
export type { GraphPlan, PlannedNode } from './plan/graph/graph-plan.js';
export type { PlannedRun } from './plan/planned-run.js';
export type { WidePlan } from './plan/summarise-plan.js';
export type { StoreStats } from './store/blob-store.js';
