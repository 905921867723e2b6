import { CancellationScope, CancelledFailure, patched, sleep, workflowInfo } from '@temporalio/workflow';

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
  /** Whether its branch has been cut. */
  isCut: boolean;
}

/**
 * Asks by Message Batches. Questions that come at about the same time share an order.
 *
 * Economy-1. Each question is in one batch at most; what no batch answers is asked online, at the full price.
 * Economy-2. Without a deadline a batch may take its time. With one, questions that are not answered by then are asked online.
 * Economy-3. A cancelled run cancels its batches, and keeps the answers that they have by then: they are paid for.
 * Economy-4. An order is nobody's own: it goes on as long as one of its branches has not been cut. A branch that is cut ends with it,
 *     when it is known what its question costs; one that is cut before the order is placed ends at once.
 */
export class Economy {
  readonly #waiting: Waiting[] = [];
  /** Orders that are placed, by their scopes. */
  readonly #underWay = new Map<CancellationScope, readonly Waiting[]>();
  #orders: number;
  /** Whether its orders are nobody's own. */
  #isShared: boolean | undefined;

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
    const waiting: Waiting = { key, index, request, answer: new Deferred(), isCut: false };
    this.#waiting.push(waiting);
    const isFirst = this.#waiting.length === 1;
    this.#isShared ??= patched('orders-are-shared');
    if (!this.#isShared) {
      if (isFirst) await this.#orderForAll();
      return waiting.answer.promise;
    }
    CancellationScope.current().cancelRequested.catch((failure: unknown) => this.#cut(waiting, failure));
    if (isFirst) {
      const scope = await CancellationScope.nonCancellable(async () => new CancellationScope({ cancellable: true }));
      void scope.run(() => this.#orderForAll(scope));
    }
    return waiting.answer.promise;
  }

  #cut(waiting: Waiting, failure: unknown): void {
    waiting.isCut = true;
    const place = this.#waiting.indexOf(waiting);
    if (place >= 0) {
      this.#waiting.splice(place, 1);
      waiting.answer.reject(failure);
    }
    for (const [scope, together] of this.#underWay) if (together.every(({ isCut }) => isCut)) scope.cancel();
  }

  /**
   * Orders what has come when it is time. It never rejects: whoever waits does.
   *
   * @param scope of the order alone; without one it is in the scope of the branch that came first
   */
  async #orderForAll(scope?: CancellationScope): Promise<void> {
    let together: Waiting[] = [];
    try {
      await sleep(gatherMs, { summary: 'gathering questions for a batch' });
      together = this.#waiting.splice(0);
      if (scope !== undefined) {
        if (together.length === 0) return;
        this.#underWay.set(scope, together);
      }
      const answers = await this.#order(together);
      for (const [place, { answer }] of together.entries()) answer.resolve(answers[place] ?? {});
    } catch (failure) {
      const unheard = scope === undefined ? [...together, ...this.#waiting.splice(0)] : together;
      for (const { answer } of unheard) answer.reject(failure);
    } finally {
      if (scope !== undefined) this.#underWay.delete(scope);
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
