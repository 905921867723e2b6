import type { RunReference } from './known.js';

/** The part of a run's memo under `fanfold`. */
export interface RunMemo {
  /** A digest of kind and input: an id cannot be taken for another run's. Of fanfold's own workflows only. */
  inputSha256?: string;
  /** Identifies the call of `startRun`. */
  startedBy?: string;
  /** What the run is about, for lists; a run of an older version has none. */
  title?: string;
  /** Whether the offline model answers, or a workflow of somebody's own asks it. */
  offline?: boolean;
  /** Whether history is encrypted, messages of failures included. */
  encrypted?: boolean;
  /** Its priority, where it was started with one. */
  priority?: number;
  /** The finished run that this one retries. */
  retries?: RunReference;
  /** Of a workflow of somebody's own that has continued as new: what its executions before have had. */
  earlier?: EarlierExecutions;
}

/** What the executions of a workflow have had that were before this one. */
export interface EarlierExecutions {
  /** How many branches. */
  branches: number;
  /** US dollars; `null` where a price is not known. */
  costUsd: number | null;
  /** Whether one of them was not ok. */
  partial?: true;
}

export function memoOf(memo: Record<string, unknown> | undefined): RunMemo | undefined {
  return memo?.['fanfold'] as RunMemo | undefined;
}
