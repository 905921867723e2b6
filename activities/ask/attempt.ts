import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';

import type { Ledger, ModelCall, Reserve } from '../../src/contract/model-call.js';
import { isLedger } from '../../src/contract/outcome.js';
import { maxDurationMs } from '../../src/contract/duration.js';
import { cutMessage } from '../../src/contract/failures.js';
import { workerEnds } from '../../src/contract/given-up.js';
import type { Usage } from '../../src/contract/run.js';
import { noUsage } from '../../src/contract/usage.js';
import { cacheSavedUsd, costOf } from '../../src/model/index.js';
import { eitherSignal } from '../../src/network/index.js';
import type { Secrets } from '../../src/secrets/index.js';
import type { Host } from '../branch/host.js';
import { beginTry, deadlineMs, handOn, lastTryDied, lose, mayHavePaid, recover, spend } from './ledger.js';
import type { EndedCall } from '../../src/model/call/ended-call.js';
import type { Purse } from '../../src/model/layer/index.js';
import { newestWords } from './newest-words.js';
import { exhausted, judge, timedOut } from './verdict.js';
import type { Verdict } from './verdict.js';

/** Well within the heartbeat timeout of 5 s that the workflow sets, and as often as the worker lets through. */
const heartbeatEveryMs = 1_000;

/**
 * How long a first try says nothing, in milliseconds. Each heartbeat is a write of the server's, which at the beginning of a fan-out would
 * stand between the branches that have begun and those that are about to.
 */
const firstBeatAfterMs = 500;

/**
 * One try of a branch, inside its activity.
 *
 * Attempt-1. A heartbeat says how the ledger stands at the try's beginning, every second, and at its failure: Temporal hands the
 *     last one to the next try. A first try says nothing of its beginning: that there was one, of which nothing is known, Temporal's own
 *     count says.
 * Attempt-2. Cancellation, worker shutdown and the branch's deadline abort one signal, which reaches down to the socket.
 * Attempt-3. Whatever ends the try without an answer carries the ledger as its first detail.
 * Attempt-4. Once an answer is there, nothing asks for it again: it has been paid for.
 */
export class Attempt {
  readonly #host: Host;
  readonly #call: ModelCall;
  readonly #secrets: Secrets;
  readonly #deadline = new AbortController();
  #beat: NodeJS.Timeout | undefined;
  #deadlineTimer: NodeJS.Timeout | undefined;
  #ledger: Ledger;
  #reserve: Reserve | undefined;
  #questionUsd: () => number = () => 0;
  /** Whether what the last try may have lost is in the ledger. */
  #countsLastTry = false;
  #answered = false;
  /** Whether it has begun to tell how the ledger stands. */
  #beats = false;
  #isLeft = false;
  /** Whether it has made a call. */
  #asked = false;
  /** The answer that is under way, as far as it has come. */
  #said = '';

  constructor(call: ModelCall, secrets: Secrets, host: Host) {
    const { lastLedger, attempt } = host;
    this.#host = host;
    this.#call = call;
    this.#secrets = secrets;
    this.#reserve = call.reserve;
    this.#ledger = beginTry(lastLedger, attempt, Date.now(), call);
    if (attempt === 1) this.#beat = setTimeout(() => this.#goOnBeating(), firstBeatAfterMs);
    else this.#goOnBeating();
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  /**
   * Does what must be over by the branch's deadline, and gives up when the signal says so.
   *
   * @throws what `work` throws, or the reason why it was aborted
   */
  async within<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal, letGo } = eitherSignal(this.#host.cancellationSignal, this.#deadline.signal);
    this.#armDeadline();
    try {
      signal.throwIfAborted();
      return await work(signal);
    } finally {
      clearTimeout(this.#deadlineTimer);
      letGo();
    }
  }

  /** Milliseconds until the branch's time is over. */
  remainingMs(): number {
    return deadlineMs(this.#ledger, this.#call.timeoutMs, Date.now()) - Date.now();
  }

  /** Runs a wait for others; it takes nothing of the branch's time. */
  async waiting<T>(wait: () => Promise<T>): Promise<T> {
    clearTimeout(this.#deadlineTimer);
    const since = performance.now();
    try {
      return await wait();
    } finally {
      this.#ledger = { ...this.#ledger, throttledMs: this.#ledger.throttledMs + performance.now() - since };
      this.#armDeadline();
    }
  }

  /** Refuses to begin where tries that told nothing of their end have used them all up: of workers that died, or could not begin. */
  checkTriesLeft(): void {
    if (this.#ledger.attempts <= this.#call.attempts) return;
    const ledger = { ...this.#ledger, attempts: this.#call.attempts };
    const { lastLedger, attempt } = this.#host;
    const how = lastTryDied(lastLedger, attempt, this.#call.ledger)
      ? 'the last when its worker died.'
      : 'the last without a word: its worker died, or could not read what it was given, as with another data converter.';
    throw this.#failure(exhausted(how, this.#call, ledger));
  }

  /**
   * Takes it that a question may cost so much, in US dollars, where the branch was not told before.
   *
   * @param questionUsd is asked where a call has been lost, or the branch may spend so much and no more
   * @param mostUsd the most that the branch may spend; any amount by default
   */
  asks(questionUsd: () => number, mostUsd?: number): void {
    if (mostUsd !== undefined) this.#reserve = { usd: mostUsd, questionUsd: questionUsd() };
    else if (this.#reserve !== undefined) return;
    this.#questionUsd = questionUsd;
    const { lastLedger, attempt } = this.#host;
    if (this.#countsLastTry || !mayHavePaid(lastLedger, attempt, this.#call.ledger)) return;
    this.#countsLastTry = true;
    this.#ledger = { ...this.#ledger, lostUsd: this.#ledger.lostUsd + this.#mostUsd };
  }

  /**
   * Refuses to ask where what is left of the branch's reserve might not do.
   *
   * @throws ApplicationFailure `ReserveUsedUp`; whoever holds the budget may set more aside and go on
   */
  checkReserve(): void {
    const reserve = this.#reserve;
    const { costUsd, lostUsd } = this.#ledger;
    if (reserve === undefined || (costUsd ?? Infinity) + lostUsd + reserve.questionUsd <= reserve.usd + 1e-9) return;
    const ledger = { ...this.#ledger, attempts: this.#ledger.attempts - 1 };
    const message = `Another question may cost $${reserve.questionUsd.toFixed(6)}, more than is left of the $${reserve.usd.toFixed(6)} set aside.`;
    throw this.#failure({ type: this.#call.mostUsd === undefined ? 'ReserveUsedUp' : 'OverBudget', message, ledger });
  }

  /** Whether a second call, which races the one that is out, can be paid for. */
  mayPaySecond(): boolean {
    const reserve = this.#reserve;
    const { costUsd, lostUsd } = this.#ledger;
    return reserve === undefined || (costUsd ?? Infinity) + lostUsd + 2 * reserve.questionUsd <= reserve.usd + 1e-9;
  }

  /** @param isNew whether money has to be left for the question itself */
  purse(isNew: boolean): Purse | undefined {
    const reserve = this.#reserve;
    if (reserve === undefined) return undefined;
    const { costUsd, lostUsd } = this.#ledger;
    const leftUsd = costUsd === null ? 0 : reserve.usd - costUsd - lostUsd;
    return { leftUsd: isNew ? leftUsd : Math.max(leftUsd, reserve.questionUsd), questionUsd: reserve.questionUsd };
  }

  /** @param beside whether it races another call of the same try */
  left(beside: boolean): void {
    this.#asked = true;
    // What an earlier try had been answered says nothing of this call.
    this.#ledger = { ...this.#ledger, hedges: this.#ledger.hedges + (beside ? 1 : 0), answered: false };
    if (!beside) this.#said = '';
    // Where nothing has been told yet, the next try takes it that a call may have left.
    if (beside || this.#beats) this.#heartbeat();
  }

  /** So much of the answer has come. */
  said(text: string): void {
    this.#said = text;
  }

  ended({ modelMs, model, usage, settled, wasLost = false }: EndedCall, beside: boolean): void {
    if (wasLost) this.#ledger = recover(this.#ledger, noUsage, 0, this.#mostUsd);
    const costUsd = usage === undefined ? 0 : costOf(usage, model);
    // Calls that run side by side take the time of one.
    const ownMs = beside ? 0 : modelMs;
    this.#ledger = { ...this.#ledger, modelMs: this.#ledger.modelMs + ownMs };
    if (usage !== undefined) this.#ledger = spend(this.#ledger, usage, costUsd, cacheSavedUsd(usage, model));
    if (!settled) this.#ledger = lose(this.#ledger, costUsd, this.#mostUsd);
  }

  /** Its call goes on elsewhere: until the next try knows its end, it may have cost something. */
  leaves(): void {
    this.#isLeft = true;
  }

  /** The answer is there, whole. */
  answered(): void {
    this.#answered = true;
    this.#ledger = { ...this.#ledger, answered: true };
  }

  /** So many answers about parts of its document are there. */
  answeredParts(parts: number): void {
    this.#ledger = { ...this.#ledger, parts };
    this.#heartbeat();
  }

  /** An earlier try of the same branch had paid for the answer about a part. */
  foundPart(parts: number, usage: Usage, costUsd: number | null): void {
    if ((this.#ledger.parts ?? 0) >= parts) return;
    this.#ledger = { ...spend(this.#ledger, usage, costUsd), parts };
  }

  /** Names the branch where it pays for an answer, the same for every try. */
  get asker(): string {
    return this.#host.asker;
  }

  /** Takes the try back: the answer was there already. */
  spared(): void {
    this.#ledger = { ...this.#ledger, attempts: this.#ledger.attempts - 1 };
  }

  /** An earlier try of the same branch had paid for the answer: of a lane that died nothing else tells. */
  found(usage: Usage, costUsd: number | null): void {
    // A try that was handed on is no attempt, so that there is none to give back.
    if (this.#ledger.attempts > 1 && !wasHandedOn(this.#host.lastLedger)) this.spared();
    if (!this.#ledger.answered) this.#ledger = recover(this.#ledger, usage, costUsd, this.#mostUsd);
  }

  /** What the activity throws when `error` has ended the try. */
  failureOf(error: unknown): ApplicationFailure | CancelledFailure {
    if (error instanceof ApplicationFailure) return error;
    // However it looks: the SDK and undici have three shapes for an abort.
    if (this.#host.cancellationSignal.aborted) return this.#cancelled();
    if (this.#deadline.signal.aborted) return this.#failure(timedOut(this.#call, this.#ledger));
    const { retryInMs, ...verdict } = judge(error, this.#call, this.#ledger, Date.now());
    return this.#failure(retryInMs === undefined || this.#answered ? verdict : { ...verdict, retryInMs });
  }

  end(): void {
    clearInterval(this.#beat);
    clearTimeout(this.#deadlineTimer);
  }

  /** The most that the question may cost that is asked now, in US dollars. */
  get #mostUsd(): number {
    return this.#reserve?.questionUsd ?? this.#questionUsd();
  }

  #armDeadline(): void {
    const remainingMs = this.remainingMs();
    if (remainingMs <= 0) this.#deadline.abort();
    this.#deadlineTimer = setTimeout(() => this.#deadline.abort(), Math.min(remainingMs, maxDurationMs));
  }

  #goOnBeating(): void {
    this.#beats = true;
    this.#heartbeat();
    this.#beat = setInterval(() => this.#heartbeat(), heartbeatEveryMs);
  }

  #heartbeat(): void {
    const words = newestWords(this.#said, this.#secrets);
    this.#host.heartbeat(words === '' ? this.#ledger : { ...this.#ledger, words });
  }

  #cancelled(): CancelledFailure {
    const { reason } = this.#host.cancellationSignal;
    const isHandedOn = isWorkersEnd(reason) && (this.#isLeft || !this.#asked);
    this.#ledger = { ...(isHandedOn ? handOn(this.#ledger) : this.#ledger), open: this.#isLeft };
    this.#heartbeat();
    return new CancelledFailure(reason instanceof Error ? reason.message : 'CANCELLED', [this.#ledger]);
  }

  // Without the error as its cause: history keeps causes and their stacks, with whatever stands in them.
  #failure({ type, message, retryInMs, ledger }: Verdict): ApplicationFailure {
    this.#ledger = { ...ledger, open: false };
    this.#said = '';
    this.#heartbeat();
    return ApplicationFailure.create({
      type,
      message: cutMessage(this.#secrets.text(message)),
      nonRetryable: retryInMs === undefined,
      details: [this.#ledger],
      ...(retryInMs !== undefined && { nextRetryDelay: retryInMs }),
      // Told to slow down is how it is meant to be: no warning in the worker's log, no error in its metrics.
      ...(type === 'RateLimited' && retryInMs !== undefined && { category: ApplicationFailureCategory.BENIGN }),
    });
  }
}

function isWorkersEnd(reason: unknown): boolean {
  return reason instanceof Error && reason.message === workerEnds;
}

function wasHandedOn(ledger: unknown): boolean {
  return isLedger(ledger) && ledger.isHandedOn === true;
}
