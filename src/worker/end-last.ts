import { setTimeout as sleep } from 'node:timers/promises';

import { CancelledFailure } from '@temporalio/common';
import type { Worker } from '@temporalio/worker';

import { workerEnds } from '../contract/given-up.js';

/** In milliseconds. */
const waits = {
  /** How long workflows are served once the others have ended: a workflow task takes a few milliseconds. */
  handOutMs: 250,
  /** Longest wait for the others: lanes end with the first word, and what does not is cut after a second. */
  mostMs: 2_000,
};

type Ending = Pick<Worker, 'getState' | 'shutdown'>;

/** Why what a worker that ends has under way is left to others, as Temporal says it when the worker's grace is over. */
export function whyEnding(): CancelledFailure {
  return new CancelledFailure(workerEnds);
}

/** Tells a worker to end, once. */
export function shutDown(worker: Ending): void {
  if (worker.getState() === 'RUNNING') worker.shutdown();
}

/**
 * Tells the worker of the workflows to end after others have ended. What lanes have left it hands out from memory, so that other workers
 * take it at once; they would have to replay the run first.
 *
 * @param others settle when the workers of the lanes have ended
 */
export async function endLast(
  workflows: Ending,
  others: readonly Promise<unknown>[],
  { handOutMs, mostMs } = waits,
): Promise<void> {
  const over = new AbortController();
  const late = sleep(mostMs, undefined, { signal: over.signal }).catch(() => {});
  await Promise.race([Promise.allSettled(others), late]);
  over.abort();
  await sleep(handOutMs);
  shutDown(workflows);
}
