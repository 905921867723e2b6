import { CancellationScope, CancelledFailure, sleep, workflowInfo } from '@temporalio/workflow';

import type { BatchAnswer, BatchOrder } from '../../src/contract/activities.js';
import type { ModelRequest } from '../../src/contract/model-request.js';
import { batchActivities, collected, submission } from './await-batches.js';
import { modelBranch } from '../engine/branch.js';
import type { AskSettings, Branch } from '../engine/branch.js';
import { Deferred } from '../engine/deferred.js';

/** Milliseconds for which questions are gathered into one batch. */
const gatherMs = 100;

interface Waiting {
  key: string;
  index: number;
  request: ModelRequest;
  answer: Deferred<BatchAnswer>;
}

/**
 * Asks by Message Batches. Questions that come at about the same time share an order.
 *
 * Economy-1. Each question is in one batch at most; what no batch answers is asked online, at the full price.
 * Economy-2. Without a deadline a batch may take its time. With one, questions that are not answered by then are asked online.
 * Economy-3. A cancelled run cancels its batches, and keeps the answers that they have by then: they are paid for.
 */
export class Economy {
  readonly #waiting: Waiting[] = [];
  #orders: number;

  constructor(
    readonly settings: AskSettings,
    /** The deadline in milliseconds from the fan-out; `null` for none. */
    readonly deadlineMs: number | null,
    readonly queuedAtMs: number,
    /** Number of its first order: fan-outs of one run share no order. */
    firstOrder = 0,
  ) {
    this.#orders = firstOrder;
  }

  branch(key: string, request: ModelRequest, boundUsd?: Branch['boundUsd']): Branch {
    const online = modelBranch(key, request, this.settings, boundUsd);
    return {
      ...online,
      run: async (place, reserve, ledger) => {
        if (ledger !== undefined) return online.run(place, reserve, ledger);
        const came = await this.#ask(key, place.index, request);
        if (came.answer !== undefined) return came.answer;
        // Nothing is asked any more, and what the batch has cost is on the bill.
        if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('CANCELLED', [came.ledger]);
        return online.run(place, reserve, came.ledger);
      },
    };
  }

  async #ask(key: string, index: number, request: ModelRequest): Promise<BatchAnswer> {
    const waiting: Waiting = { key, index, request, answer: new Deferred() };
    this.#waiting.push(waiting);
    // The first question to come places the order for all.
    if (this.#waiting.length === 1) await this.#orderForAll();
    return waiting.answer.promise;
  }

  async #orderForAll(): Promise<void> {
    let together: Waiting[] = [];
    try {
      await sleep(gatherMs, { summary: 'gathering questions for a batch' });
      together = this.#waiting.splice(0);
      const answers = await this.#order(together);
      for (const [place, { answer }] of together.entries()) answer.resolve(answers[place] ?? {});
    } catch (failure) {
      // The other questions wait in the same scope, and hear of its cancellation here only.
      for (const { answer } of [...together, ...this.#waiting.splice(0)]) answer.reject(failure);
    }
  }

  async #order(together: readonly Waiting[]): Promise<BatchAnswer[]> {
    const order = this.#orderOf(together);
    const { offline } = order;
    const activities = batchActivities(offline, this.settings.priority);
    const batches = await activities.submitBatches.executeWithOptions(submission(`${together.length} questions`), [
      order,
    ]);
    const deadlineAtMs = this.deadlineMs === null ? Infinity : this.queuedAtMs + this.deadlineMs;
    const summary = `${together.length} answers`;
    return collected(activities, { offline, ids: batches.map(({ id }) => id) }, deadlineAtMs, () =>
      activities.collectBatches.executeWithOptions({ summary }, [order, batches]),
    );
  }

  #orderOf(together: readonly Waiting[]): BatchOrder {
    const { offline, inlineBytes, freshSinceMs } = this.settings;
    const number = this.#orders;
    this.#orders += 1;
    // A document that all share travels once.
    const document = together[0]?.request.document;
    const isShared = document !== undefined && together.every(({ request }) => request.document === document);
    return {
      number,
      run: workflowInfo().firstExecutionRunId,
      offline,
      inlineBytes,
      queuedAtMs: this.queuedAtMs,
      ...(freshSinceMs !== undefined && { freshSinceMs }),
      ...(isShared && { document }),
      questions: together.map(({ key, index, request }) => ({
        key,
        index,
        request: isShared ? withoutDocument(request) : request,
      })),
    };
  }
}

function withoutDocument(request: ModelRequest): Omit<ModelRequest, 'document'> {
  const { document, ...rest } = request;
  return document === undefined ? request : rest;
}
