import type { StoredBranch } from './outcome.js';
import type { RunStatus } from './run.js';

/** What a workflow returns, or gives as the first detail of its failure: the run without what only its starter knows. */
export interface RunResult {
  status: RunStatus;
  /** The fan-in's output. An answer too large for history stands in it as a reference. */
  output: unknown;
  /** In input order. */
  branches: StoredBranch[];
  criticalPath: string[];
  /** How it stood when the join policy was satisfied, where branches came in later. */
  firstAnswer?: FirstAnswer;
}

/** What the update `answer` returns, as soon as the join policy is satisfied. */
export interface FirstAnswer {
  /** Milliseconds from the fan-out. */
  elapsedMs: number;
  /** The branches that were ok by then, in input order. */
  keys: string[];
}

/** What the query `progress` answers. */
export interface Progress {
  status: RunStatus | 'running';
  branches: { key: string; index: number; status: StoredBranch['status'] | 'waiting' | 'running' }[];
}
