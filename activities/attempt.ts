import { Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';

import type { Ledger, ModelCall } from '../src/contract/activities.js';
import { maxDurationMs } from '../src/contract/duration.js';
import { cutMessage } from '../src/contract/failures.js';
import type { Usage } from '../src/contract/run.js';
import { beginTry, deadlineMs, spend } from './ledger.js';
import type { Redact } from './model/redact.js';
import { exhausted, judge, timedOut } from './verdict.js';
import type { Verdict } from './verdict.js';

/** Well within the heartbeat timeout of 5 s that the workflow sets, and as often as the worker lets through. */
const heartbeatEveryMs = 1_000;

/**
 * One try of a branch, inside its activity.
 *
 * A1. A heartbeat says how the ledger stands at the try's beginning, every second, and at its failure: Temporal hands the last
 *     one to the next try.
 * A2. Cancellation, worker shutdown and the branch's deadline abort one signal, which reaches down to the socket.
 * A3. Whatever ends the try without an answer carries the ledger as its first detail.
 * A4. Once an answer is there, nothing asks for it again: it has been paid for.
 */
export class Attempt {
  // Asked once, here: in an abort listener `Context.current()` crashes the worker.
  readonly #context = Context.current();
  readonly #call: ModelCall;
  readonly #redact: Redact;
  readonly #deadline = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];
  #ledger: Ledger;
  #answered = false;

  constructor(call: ModelCall, redact: Redact) {
    const { heartbeatDetails, attempt } = this.#context.info;
    this.#call = call;
    this.#redact = redact;
    this.#ledger = beginTry(heartbeatDetails, attempt, Date.now());
    this.#heartbeat();
    this.#timers.push(setInterval(() => this.#heartbeat(), heartbeatEveryMs));
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  /**
   * Does what must be over by the branch's deadline, and gives up when the signal says so.
   *
   * For a model call this total is watchdog enough: nothing of an answer that is not streamed is of use before its end, so a
   * first byte or a pause between bytes says nothing.
   *
   * @throws what `work` throws, or the reason why it was aborted
   */
  async within<T>(work: (signal: AbortSignal, remainingMs: number) => Promise<T>): Promise<T> {
    const signal = AbortSignal.any([this.#context.cancellationSignal, this.#deadline.signal]);
    const remainingMs = deadlineMs(this.#ledger, this.#call.timeoutMs, Date.now()) - Date.now();
    if (remainingMs <= 0) this.#deadline.abort();
    const timer = setTimeout(() => this.#deadline.abort(), Math.min(remainingMs, maxDurationMs));
    this.#timers.push(timer);
    signal.throwIfAborted();
    try {
      return await work(signal, remainingMs);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Refuses to begin where workers that died have used up the tries. */
  checkTriesLeft(): void {
    if (this.#ledger.attempts > this.#call.attempts) {
      const ledger = { ...this.#ledger, attempts: this.#call.attempts };
      throw this.#failure(exhausted('the last when its worker died.', this.#call, ledger));
    }
  }

  /** Counts what the API says that it charges for. */
  spent(usage: Usage, costUsd: number | null): void {
    this.#ledger = spend(this.#ledger, usage, costUsd);
  }

  /** The answer is there, whole. */
  answered(): void {
    this.#answered = true;
  }

  /** Takes the try back: the answer was there already. */
  spared(): void {
    this.#ledger = { ...this.#ledger, attempts: this.#ledger.attempts - 1 };
  }

  called(modelMs: number): void {
    this.#ledger = { ...this.#ledger, modelMs: this.#ledger.modelMs + modelMs };
  }

  /** What the activity throws when `error` has ended the try. */
  failureOf(error: unknown): ApplicationFailure | CancelledFailure {
    if (error instanceof ApplicationFailure) return error;
    // However it looks: the SDK and undici have three shapes for an abort.
    if (this.#context.cancellationSignal.aborted) return this.#cancelled();
    if (this.#deadline.signal.aborted) return this.#failure(timedOut(this.#call, this.#ledger));
    const { retryInMs, ...verdict } = judge(error, this.#call, this.#ledger, Date.now());
    return this.#failure(retryInMs === undefined || this.#answered ? verdict : { ...verdict, retryInMs });
  }

  end(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #heartbeat(): void {
    this.#context.heartbeat(this.#ledger);
  }

  #cancelled(): CancelledFailure {
    this.#heartbeat();
    const { reason } = this.#context.cancellationSignal;
    return new CancelledFailure(reason instanceof Error ? reason.message : 'CANCELLED', [this.#ledger]);
  }

  // Without the error as its cause: history keeps causes and their stacks, with whatever stands in them.
  #failure({ type, message, retryInMs, ledger }: Verdict): ApplicationFailure {
    this.#ledger = ledger;
    this.#heartbeat();
    return ApplicationFailure.create({
      type,
      message: cutMessage(this.#redact(message)),
      nonRetryable: retryInMs === undefined,
      details: [ledger],
      ...(retryInMs !== undefined && { nextRetryDelay: retryInMs }),
      // Told to slow down is how it is meant to be: no warning in the worker's log, no error in its metrics.
      ...(type === 'RateLimited' && retryInMs !== undefined && { category: ApplicationFailureCategory.BENIGN }),
    });
  }
}
