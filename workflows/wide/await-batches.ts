import { CancellationScope, proxyActivities, sleep } from '@temporalio/workflow';
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

/**
 * Waits until the batches have ended. At the deadline they are cancelled, and those that do not end soon are given up. A
 * cancelled scope cancels them, too.
 *
 * @param deadlineAtMs milliseconds since the epoch; `Infinity` for none
 */
export async function awaitBatches(
  activities: BatchActivities,
  batches: { offline: boolean; ids: string[] },
  deadlineAtMs: number,
): Promise<void> {
  try {
    if (await ended(activities, batches, deadlineAtMs)) return;
    // Answers that have been processed by then are paid for, and kept.
    await cancelled(activities, batches);
    for (let waitedMs = 0; waitedMs < mostStoppingMs; waitedMs += looks.firstMs) {
      if (await haveEnded(activities, batches)) return;
      await sleep(looks.firstMs, { summary: 'until the cancelled batch is looked at again' });
    }
  } catch (failure) {
    await CancellationScope.nonCancellable(() => cancelled(activities, batches));
    throw failure;
  }
}

async function ended(
  activities: BatchActivities,
  batches: { offline: boolean; ids: string[] },
  deadlineAtMs: number,
): Promise<boolean> {
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
