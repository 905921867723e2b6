import { CancelledFailure } from '@temporalio/common';

import type { BatchAnswer, BatchOrder } from '../contract/activities.js';
import type { Place, StoredBranch } from '../contract/branch.js';
import type { Ledger } from '../contract/model-call.js';
import type { LaneReport, LaneResult } from '../contract/lanes.js';
import { signalNames } from '../contract/names.js';
import { isAnswer, outcomeOfAnswer, outcomeOfFailure } from '../contract/outcome.js';
import { isLaneReport } from '../plan/schema/messages.js';
import type { HistoryEvent } from './event-facts.js';
import type { Payloads, RunPayloads } from './run-payloads.js';

/**
 * What history tells of several branches at once: reports of lanes, and answers of Message Batches. A run that is cancelled has no result that
 * would.
 *
 * ToldTogether-1. A question that no batch has answered is no outcome: it goes on online, or its run ends.
 */
export class ToldTogether {
  readonly #lanes = new Set<string>();
  /** Branches of orders of batches that are collected, by the event that scheduled that. */
  readonly #orders = new Map<string, Place[]>();
  /** Whether the offline model is asked for a batch. */
  offline = false;
  /** What questions without an answer have cost, by the index of their branch. */
  readonly #spent = new Map<number, Ledger>();

  /** @param placeOf tells the place of a question in the run, of one in an order */
  constructor(
    readonly payloads: RunPayloads,
    readonly placeOf: (place: Place) => Place = (place) => place,
  ) {}

  /**
   * Takes in that an activity is scheduled.
   *
   * @param isOwn whether it belongs to a workflow of somebody's own, of whose questions nobody knows before they are ordered
   */
  async begin(
    { eventId, activityTaskScheduledEventAttributes: scheduled }: HistoryEvent,
    isOwn: boolean,
  ): Promise<void> {
    const type = scheduled?.activityType?.name ?? '';
    if (['runLane', 'collectChunk'].includes(type)) this.#lanes.add(String(eventId));
    if (type !== 'collectBatches' && !(isOwn && type === 'submitBatches')) return;
    const [order] = (await this.payloads.values(scheduled?.input)) as [BatchOrder | undefined];
    const { questions = [], queuedAtMs = 0, offline = false } = order ?? {};
    this.offline ||= offline;
    const places = questions.map(({ key, index }) => this.placeOf({ key, index, queuedAtMs }));
    if (type === 'collectBatches') this.#orders.set(String(eventId), places);
  }

  /** The report of a lane, or of an order of batches, that an event brings. */
  async report(event: HistoryEvent): Promise<LaneReport | undefined> {
    const signaled = event.workflowExecutionSignaledEventAttributes;
    const completed = event.activityTaskCompletedEventAttributes;
    const canceled = event.activityTaskCanceledEventAttributes;
    const isLane = this.#lanes.has(String((completed ?? canceled)?.scheduledEventId));
    let report: LaneReport | null | undefined;
    if (signaled?.signalName === signalNames.laneBatch) report = await this.#reportIn(signaled.input);
    else if (isLane && completed)
      report = ((await this.payloads.values(completed.result)) as [LaneResult | null])[0]?.rest;
    else if (isLane && canceled) [report] = (await this.payloads.values(canceled.details)) as [LaneReport | null];
    return report && isLaneReport({ lane: 0, ...report }) ? report : undefined;
  }

  /** The report in a signal. Anybody may send one: what is none is left out, as the workflow leaves it out. */
  async #reportIn(input: Payloads): Promise<LaneReport | undefined> {
    const [message] = await this.payloads.values(input).catch(() => []);
    return isLaneReport(message) ? message : undefined;
  }

  /** The branches that a batch has answered, as an event tells. */
  async answered({ activityTaskCompletedEventAttributes: completed }: HistoryEvent): Promise<StoredBranch[]> {
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

/** What a question of an order is called among scheduled activities: no server has it. */
export function idInOrder(key: string): string {
  return `question ${key}`;
}
