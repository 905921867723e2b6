import { CancelledFailure } from '@temporalio/common';

import type { BatchAnswer, BatchOrder } from '../contract/activities.js';
import type { Place, StoredBranch } from '../contract/branch.js';
import type { Ledger } from '../contract/model-call.js';
import { isAnswer, outcomeOfAnswer, outcomeOfFailure } from '../contract/outcome.js';
import type { HistoryEvent } from './history.js';
import type { RunPayloads } from './run-payloads.js';

/**
 * What Message Batches have brought, as history tells it. A run that is cancelled has no result that would.
 *
 * BatchAnswers-1. A question that no batch has answered is no outcome: it goes on online, or its run ends.
 */
export class BatchAnswers {
  /** Branches of the orders that are collected, by the event that scheduled that. */
  readonly #orders = new Map<string, Place[]>();
  /** What questions without an answer have cost, by the index of their branch. */
  readonly #spent = new Map<number, Ledger>();

  constructor(readonly payloads: RunPayloads) {}

  /** Takes in that an activity is scheduled. */
  async begin({ eventId, activityTaskScheduledEventAttributes: scheduled }: HistoryEvent): Promise<void> {
    if (scheduled?.activityType?.name !== 'collectBatches') return;
    const [order] = (await this.payloads.values(scheduled.input)) as [BatchOrder | undefined];
    const { questions = [], queuedAtMs = 0 } = order ?? {};
    this.#orders.set(
      String(eventId),
      questions.map(({ key, index }) => ({ key, index, queuedAtMs })),
    );
  }

  /** The branches that an event answers. */
  async ended({ activityTaskCompletedEventAttributes: completed }: HistoryEvent): Promise<StoredBranch[]> {
    const places = this.#orders.get(String(completed?.scheduledEventId));
    if (!completed || places === undefined) return [];
    const [told] = (await this.payloads.values(completed.result)) as [(BatchAnswer | null)[] | null | undefined];
    return places.flatMap((place, at) => {
      const { answer, ledger } = told?.[at] ?? {};
      if (ledger !== undefined) this.#spent.set(place.index, ledger);
      return isAnswer(answer) ? [outcomeOfAnswer(place, answer)] : [];
    });
  }

  /** The outcome of a branch of which history does not tell how it ended, because its run did. */
  cutOff(place: Place, atMs: number): StoredBranch {
    const failure = new CancelledFailure('The run ended before this branch did.', [this.#spent.get(place.index)]);
    return outcomeOfFailure(place, failure, atMs);
  }
}
