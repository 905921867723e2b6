import type { LaneReport } from './lanes.js';
import type { Place, StoredBranch } from './branch.js';
import { noUsage } from './usage.js';

/** A run, by its id and that of its execution. */
export interface RunReference {
  workflowId: string;
  runId: string;
}

/**
 * What a run takes over from a finished one that it retries: outcomes that stand as they are, at no cost, because the earlier run
 * has paid for them. Part of the run's input.
 */
export interface Known {
  /** The run that is retried. */
  from: RunReference;
  /** Outcomes, by the branches' keys. */
  branches?: readonly KnownBranch[];
  /** Of a wide run: outcomes that have been made with {@link takenOver}, in the store. */
  reports?: readonly LaneReport[];
}

/** An outcome as it is taken over: what came of the branch, and nothing of what it took. */
export type KnownBranch = Pick<StoredBranch, 'key' | 'status' | 'output' | 'error' | 'model'> & {
  /** Workflow id of the run whose branch it was. */
  from: string;
};

/** What is taken over of a branch. A branch that was taken over before keeps the run that has paid for it. */
export function knownOf({ key, status, output, error, model, from }: StoredBranch, workflowId: string): KnownBranch {
  return {
    key,
    status,
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error }),
    ...(model !== undefined && { model }),
    from: from ?? workflowId,
  };
}

/**
 * The outcome of a branch that is taken over. It has cost this run nothing.
 *
 * @param atMs when it was taken over, in milliseconds since the epoch
 */
export function takenOver({ index }: Pick<Place, 'index'>, known: KnownBranch, atMs: number): StoredBranch {
  return {
    ...known,
    index,
    attempts: 0,
    reused: false,
    hedged: false,
    usage: noUsage,
    costUsd: 0,
    savedUsd: 0,
    startedAt: null,
    finishedAt: new Date(atMs).toISOString(),
    latency: { queuedMs: 0, modelMs: 0, retryWaitMs: 0, totalMs: 0 },
  };
}
