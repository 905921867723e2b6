import { CancellationScope, proxyActivities, sleep } from '@temporalio/workflow';

import type { Activities, BatchAnswer, BatchOrder, ModelRequest, Stored } from '../src/contract/activities.js';
import { taskQueues } from '../src/contract/names.js';
import type { AskSettings, Branch } from './branch.js';
import { modelBranch } from './branch.js';
import { Deferred } from './deferred.js';

/** Those that ask within so many milliseconds of each other share a batch. */
const gatherMs = 100;

/** How long before a batch is looked at again, in milliseconds: most are back within the hour, and no look holds a slot. */
const looks = { firstMs: 1_000, growth: 1.5, mostMs: 60_000 };

/** Longest wait for a cancelled batch to end, in milliseconds. */
const mostStoppingMs = 60_000;

interface Waiting {
  key: string;
  index: number;
  request: ModelRequest;
  answer: Deferred<BatchAnswer>;
}

/**
 * Asks by Message Batches: those who ask at about the same time share an order.
 *
 * E1. Each question is in one batch at most; what no batch answers is asked online, at the full price.
 * E2. Without a deadline nothing is hurried; with one, what is not back by then is asked online.
 * E3. A cancelled run cancels its batches.
 */
export class Economy {
  readonly #activities: ReturnType<typeof proxyActivities<Activities>>;
  readonly #waiting: Waiting[] = [];
  #orders = 0;

  constructor(
    readonly settings: AskSettings,
    /** Milliseconds; `null` for none. */
    readonly deadlineMs: number | null,
    readonly queuedAtMs: number,
  ) {
    this.#activities = proxyActivities<Activities>({
      taskQueue: settings.offline ? taskQueues.offlineModel : taskQueues.model,
      startToCloseTimeout: '10m',
      heartbeatTimeout: '10s',
      retry: {
        initialInterval: '1s',
        maximumInterval: '1m',
        maximumAttempts: 50,
        nonRetryableErrorTypes: ['PayloadsTooLarge'],
      },
    });
  }

  branch(key: string, request: ModelRequest, boundUsd?: number): Branch {
    const online = modelBranch(key, request, this.settings, boundUsd);
    return {
      ...online,
      run: async (place, reserve, ledger) => {
        if (ledger !== undefined) return online.run(place, reserve, ledger);
        const came = await this.#ask(key, place.index, request);
        return came.answer ?? online.run(place, reserve, came.ledger);
      },
    };
  }

  async #ask(key: string, index: number, request: ModelRequest): Promise<BatchAnswer> {
    const waiting: Waiting = { key, index, request, answer: new Deferred() };
    this.#waiting.push(waiting);
    // The first to come orders for all.
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
      // Whoever else waits is in the same scope, and hears of its cancellation here only.
      for (const { answer } of [...together, ...this.#waiting.splice(0)]) answer.reject(failure);
    }
  }

  async #order(together: readonly Waiting[]): Promise<BatchAnswer[]> {
    const order = this.#orderOf(together);
    const { offline } = order;
    const batches = await this.#activities.submitBatches.executeWithOptions(
      { summary: `${together.length} questions` },
      [order],
    );
    const ids = batches.map(({ id }) => id);
    try {
      if (!(await this.#wait(offline, ids))) await this.#stop(offline, ids);
    } catch (failure) {
      await CancellationScope.nonCancellable(() => this.#activities.cancelBatches({ offline, ids }));
      throw failure;
    }
    return this.#activities.collectBatches(order, batches);
  }

  /** Whether the batches have ended before the deadline. */
  async #wait(offline: boolean, ids: string[]): Promise<boolean> {
    let pauseMs = looks.firstMs;
    while (ids.length > 0 && !(await this.#activities.haveBatchesEnded({ offline, ids }))) {
      const leftMs = this.deadlineMs === null ? Infinity : this.queuedAtMs + this.deadlineMs - Date.now();
      if (leftMs <= 0) return false;
      await sleep(Math.min(pauseMs, leftMs), { summary: 'until the batch is looked at again' });
      pauseMs = Math.min(looks.mostMs, pauseMs * looks.growth);
    }
    return true;
  }

  /** What has been processed by then is paid for, and kept; a batch that does not end soon is given up. */
  async #stop(offline: boolean, ids: string[]): Promise<void> {
    await this.#activities.cancelBatches({ offline, ids });
    for (let waitedMs = 0; waitedMs < mostStoppingMs; waitedMs += looks.firstMs) {
      if (await this.#activities.haveBatchesEnded({ offline, ids })) return;
      await sleep(looks.firstMs);
    }
  }

  #orderOf(together: readonly Waiting[]): BatchOrder {
    const { offline, inlineBytes, freshSinceMs } = this.settings;
    const number = this.#orders;
    this.#orders += 1;
    const document: Stored<string> | undefined = together[0]?.request.document;
    return {
      number,
      offline,
      inlineBytes,
      queuedAtMs: this.queuedAtMs,
      ...(freshSinceMs !== undefined && { freshSinceMs }),
      ...(document !== undefined && { document }),
      questions: together.map(({ key, index, request }) => ({ key, index, request: withoutDocument(request) })),
    };
  }
}

function withoutDocument(request: ModelRequest): Omit<ModelRequest, 'document'> {
  const { document, ...rest } = request;
  return document === undefined ? request : rest;
}
