import {
  ActivityCancellationType,
  CancellationScope,
  isCancellation,
  patched,
  proxyActivities,
  sleep,
} from '@temporalio/workflow';
import type { Priority } from '@temporalio/common';

import type { Activities } from '../../src/contract/activities.js';
import { taskQueues } from '../../src/contract/names.js';
import { finalPayloadFailures } from '../../src/contract/refused.js';
import { runPriority } from '../engine/run-priority.js';

/** Pauses between two looks at a batch, in milliseconds. Most batches are back within the hour, and no look holds a slot. */
const looks = { firstMs: 1_000, growth: 1.5, mostMs: 60_000 };

/** Longest wait for a cancelled batch to end, in milliseconds. */
const mostStoppingMs = 60_000;

export type BatchActivities = ReturnType<typeof batchActivities>;

/**
 * The activities of the economy lane, on the task queue of the model that is asked.
 *
 * @param priority where it is another than the run's
 */
export function batchActivities(offline: boolean, priority?: Priority) {
  return proxyActivities<Activities>({
    taskQueue: offline ? taskQueues.offlineModel : taskQueues.model,
    startToCloseTimeout: '10m',
    heartbeatTimeout: '10s',
    priority: { ...runPriority(), ...priority },
    retry: {
      initialInterval: '1s',
      maximumInterval: '1m',
      maximumAttempts: 50,
      nonRetryableErrorTypes: ['PayloadsTooLarge', ...finalPayloadFailures],
    },
  });
}

/** Options of a submission: a batch that the API has accepted meanwhile must be known, to be cancelled. */
export function submission(summary: string) {
  if (!isCollectedWhenCancelled()) return { summary };
  // What the SDK calls its default is not what it does.
  return { summary, cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED };
}

function isCollectedWhenCancelled(): boolean {
  return patched('cancelled-batches-are-collected');
}

/**
 * Waits until the batches have ended, and collects what came of them. At the deadline they are cancelled, and those that do not end
 * soon are given up. A cancelled scope cancels them, too, and its answers are collected all the same: the API charges for them.
 *
 * @param deadlineAtMs milliseconds since the epoch; `Infinity` for none
 * @param collect is told whether the scope is cancelled, so that nobody asks for what did not come
 */
export async function collected<Result>(
  activities: BatchActivities,
  batches: Batches,
  deadlineAtMs: number,
  collect: (isCut: boolean) => Promise<Result>,
): Promise<Result> {
  let isWaiting = true;
  try {
    if (!(await ended(activities, batches, deadlineAtMs))) await stopped(activities, batches, 1);
    isWaiting = false;
    return await collect(false);
  } catch (failure) {
    if (batches.ids.length > 0 && isCancellation(failure) && isCollectedWhenCancelled()) {
      return await CancellationScope.nonCancellable(async () => {
        await stopped(activities, batches, looks.growth);
        return collect(true);
      }).catch(() => {
        throw failure;
      });
    }
    if (isWaiting) await CancellationScope.nonCancellable(() => cancelled(activities, batches));
    throw failure;
  }
}

/**
 * Cancels the batches, and waits a while for their end. Answers that have been processed by then are paid for, and kept.
 *
 * @param growth of the pauses between two looks
 */
async function stopped(activities: BatchActivities, batches: Batches, growth: number): Promise<void> {
  await cancelled(activities, batches);
  let pauseMs = looks.firstMs;
  for (let waitedMs = 0; waitedMs < mostStoppingMs; waitedMs += pauseMs, pauseMs *= growth) {
    if (await haveEnded(activities, batches)) return;
    await sleep(pauseMs, { summary: 'until the cancelled batch is looked at again' });
  }
}

async function ended(activities: BatchActivities, batches: Batches, deadlineAtMs: number): Promise<boolean> {
  let pauseMs = looks.firstMs;
  while (batches.ids.length > 0 && !(await haveEnded(activities, batches))) {
    const leftMs = deadlineAtMs - Date.now();
    if (leftMs <= 0) return false;
    await sleep(Math.min(pauseMs, leftMs), { summary: 'until the batch is looked at again' });
    pauseMs = Math.min(looks.mostMs, pauseMs * looks.growth);
  }
  return true;
}

type Batches = Parameters<Activities['cancelBatches']>[0];

function haveEnded(activities: BatchActivities, batches: Batches): Promise<boolean> {
  return activities.haveBatchesEnded.executeWithOptions({ summary: `whether ${named(batches)} ended` }, [batches]);
}

function cancelled(activities: BatchActivities, batches: Batches): Promise<void> {
  return activities.cancelBatches.executeWithOptions({ summary: `cancelling ${named(batches)}` }, [batches]);
}

function named({ ids }: Batches): string {
  return ids.length === 1 ? 'the batch' : `${ids.length} batches`;
}
