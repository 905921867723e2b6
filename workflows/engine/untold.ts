import { CancellationScope, patched, proxyActivities } from '@temporalio/workflow';
import { CancelledFailure, TimeoutFailure } from '@temporalio/common';

import type { Activities, LedgersByKey, UntoldTry } from '../../src/contract/activities.js';
import type { Ledger, ModelCall } from '../../src/contract/model-call.js';
import { taskQueues } from '../../src/contract/names.js';
import { isLedger, isNotStarted, noLedger } from '../../src/contract/outcome.js';
import { activityCause } from './activity-cause.js';

const { untoldTries } = proxyActivities<Pick<Activities, 'untoldTries'>>({
  taskQueue: taskQueues.io,
  startToCloseTimeout: '5s',
  retry: { maximumAttempts: 1 },
});

/** A worker answers in milliseconds. Where none does, what is in flight is cut after so long. */
const longestBeforeCut = '1s';

/** Runs that were cut before there was this ask about no tries. */
export function countsTries(): boolean {
  return patched('cut-counts-tries');
}

let asked = 0;
let waiting: Promise<LedgersByKey | undefined> | undefined;
let ended: { tries: UntoldTry[]; told: Promise<LedgersByKey | undefined> } | undefined;

/** What the run's branches have spent that wait for another try, asked once for all that are cut at once; `undefined` where nobody tells. */
export function triesThatWait(): Promise<LedgersByKey | undefined> {
  waiting ??= tell(null, longestBeforeCut).finally(() => (waiting = undefined));
  return waiting;
}

/**
 * What an activity of a branch that was cut has failed with, its ledger with what its tries have spent.
 *
 * @param told by {@link triesThatWait} before it was cut
 */
export async function withUntold(
  failure: unknown,
  { key, ledger: earlier }: Pick<ModelCall, 'key' | 'ledger'>,
  told: LedgersByKey | undefined,
): Promise<unknown> {
  const cause = activityCause(failure);
  if (isNotStarted(cause)) {
    if (told === undefined) return failure;
    return new CancelledFailure('CANCELLED', [told[key] ?? earlier ?? noLedger]);
  }
  if (!(cause instanceof TimeoutFailure)) return failure;
  const details: unknown = cause.lastHeartbeatDetails;
  const last: Ledger | undefined = isLedger(details) ? details : undefined;
  if (last?.open === false || !countsTries()) return failure;
  const ledger = (await lastTry({ key, ...(last && { ledger: last }) }))?.[key];
  return ledger === undefined ? failure : new TimeoutFailure(cause.message, ledger, cause.timeoutType);
}

/** Asked once for all that come together. */
function lastTry(untold: UntoldTry): Promise<LedgersByKey | undefined> {
  if (ended === undefined) {
    const tries: UntoldTry[] = [];
    const told = Promise.resolve().then(() => {
      ended = undefined;
      return tell(tries, '5s');
    });
    ended = { tries, told };
  }
  ended.tries.push(untold);
  return ended.told;
}

async function tell(
  tries: readonly UntoldTry[] | null,
  scheduleToCloseTimeout: '1s' | '5s',
): Promise<LedgersByKey | undefined> {
  asked += 1;
  const options = {
    scheduleToCloseTimeout,
    summary: 'what tries have spent that tell nothing of it any more',
    // An activity's own number may be the key of a branch.
    activityId: `untold tries ${asked}`,
  };
  try {
    return await CancellationScope.nonCancellable(() => untoldTries.executeWithOptions(options, [tries]));
  } catch {
    return undefined;
  }
}
