/** Task queues, one for each use of slots. An offline branch has a queue of its own, so that it can never reach a paid API. */
export const taskQueues = {
  workflow: 'fanfold',
  model: 'fanfold-model',
  offlineModel: 'fanfold-model-offline',
  io: 'fanfold-io',
  cpu: 'fanfold-cpu',
} as const;

/** The name of a task queue. */
export type TaskQueue = (typeof taskQueues)[keyof typeof taskQueues];

/** The identity of a worker at the server. */
export function workerIdentity(host: string, pid: number): string {
  return `fanfold@${host}:${pid}`;
}

/** Workflow types, as Temporal knows them. */
export const workflowTypes = [
  'perspectives',
  'summarise',
  'gather',
  'validate',
  'graph',
  'agent',
  'compare',
  'research',
  'map',
] as const;

/** Type of the workflow that carries the questions of a fan-out of somebody's own. */
export const lanesType = 'lanes';

/** A kind of run: the type of its workflow. */
export type Kind = (typeof workflowTypes)[number];

/** Whether a workflow type is one of fanfold's. */
export function isKind(workflowType: string): workflowType is Kind {
  return workflowTypes.includes(workflowType as Kind);
}

/** Names of queries. `laneCuts` is asked by lanes, once somebody has cut a branch of theirs. */
export const queryNames = { progress: 'progress', laneCuts: 'laneCuts' } as const;

/** `laneBatch` carries a `LaneReport`: the name is older than the word, and runs of older versions have it in their histories. */
export const signalNames = {
  laneBatch: 'laneBatch',
  laneHandBack: 'laneHandBack',
  lanesReport: 'lanesReport',
  lanesCut: 'lanesCut',
} as const;

/** Names of the updates of a run. */
export const updateNames = {
  answer: 'answer',
  approve: 'approve',
  cancelBranch: 'cancelBranch',
  laneMore: 'laneMore',
  retryFailed: 'retryFailed',
} as const;

/**
 * Header of activities and child workflows of somebody's own that are a branch of a fan-out, whose key is their summary: no codec encrypts
 * headers.
 */
export const summaryIsKey = 'fanfold-summary-is-key';

/** Custom search attributes and their Temporal types, by what they hold. */
export const searchAttributes = {
  kind: { name: 'FanfoldKind', type: 'KEYWORD' },
  status: { name: 'FanfoldStatus', type: 'KEYWORD' },
  costUsd: { name: 'FanfoldCostUsd', type: 'DOUBLE' },
  branches: { name: 'FanfoldBranches', type: 'INT' },
  /** Workflow id of the run that is retried. */
  retries: { name: 'FanfoldRetries', type: 'KEYWORD' },
} as const;

/** The summary of the timer that is a fan-out's deadline: whoever follows the run knows it by that. */
export const deadlineSummary = 'deadline';
