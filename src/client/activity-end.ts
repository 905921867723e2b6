import { CancelledFailure } from '@temporalio/common';

import type { Answer, Ledger } from '../contract/model-call.js';
import type { Place, StoredBranch } from '../contract/branch.js';
import {
  isAnswer,
  isNotStarted,
  noAnswerFailure,
  outcomeOfAnswer,
  outcomeOfFailure,
  wasCancelled,
} from '../contract/outcome.js';
import { millis } from './event-facts.js';
import type { HistoryEvent } from './event-facts.js';
import type { RunPayloads } from './run-payloads.js';

/** What the run has found out of tries that told nothing of their end, by the keys of their branches. */
export interface Untold {
  untold(key: string): Ledger | undefined;
}

/** What came of an activity that asks a model. */
export interface ActivityEnd {
  outcome: StoredBranch;
  /** What the outcome was made of, where there is one. */
  answer?: Answer;
}

/**
 * Reads it from the event that ends the activity.
 *
 * @param wasCut whether its run has told it to end
 */
export async function activityEnd(
  payloads: RunPayloads,
  event: HistoryEvent,
  place: Place,
  wasCut: boolean,
  { untold }: Untold,
): Promise<ActivityEnd> {
  const atMs = millis(event.eventTime);
  if (event.activityTaskCompletedEventAttributes) {
    const [answer] = await payloads.values(event.activityTaskCompletedEventAttributes.result);
    if (isAnswer(answer)) return { outcome: outcomeOfAnswer(place, answer), answer };
    return { outcome: outcomeOfFailure(place, noAnswerFailure(), atMs) };
  }
  const failed = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
  const failure = failed
    ? await payloads.failure(failed.failure)
    : await payloads.cancellation(event.activityTaskCanceledEventAttributes?.details);
  const ledger = isNotStarted(failure) ? untold(place.key) : undefined;
  const told = ledger === undefined ? failure : new CancelledFailure(wasCancelled, [ledger]);
  return { outcome: outcomeOfFailure(place, told, atMs, wasCut) };
}
