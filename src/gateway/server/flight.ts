import { answerFormOf } from '../../model/call/answer-form.js';
import type { EndedCall } from '../../model/call/ended-call.js';
import type { PatternHost } from '../../model/call/schema-fit.js';
import { costOf } from '../../model/index.js';
import { callFailureOf } from '../../model/layer/index.js';
import type { LayerQuestion, Paid, Payer, Purse } from '../../model/layer/index.js';
import { FanfoldError } from '../../contract/errors.js';
import type { Done } from '../protocol/frames.js';

/** Who waits for a flight. */
export interface Passenger {
  /** @param isUnasked whether no call has left yet */
  waits(on: boolean, isUnasked: boolean): void;
  /** It waits for somebody who asks the same, or no longer so. */
  joined(on: boolean): void;
  /** It is on the flight of an earlier try. */
  rejoined(): void;
  /** The end of what has come of the answer. */
  said(text: string): void;
  done(done: Done): void;
  /** The number of its calls that are in flight has changed. */
  moved(): void;
}

export interface FlightSettings {
  pay(question: LayerQuestion, payer: Payer, form: ReturnType<typeof answerFormOf>): Promise<Paid>;
  cpu: PatternHost['cpu'];
  money: Money;
}

/** What a flight tells about money, and is told. */
export interface Money {
  /**
   * @returns what gives back what was set aside
   * @throws FanfoldError `OverBudget`
   */
  reserve(question: LayerQuestion): Promise<() => void>;
  /** The same for a second call; `undefined` where it cannot be paid for. */
  reserveSecond(question: LayerQuestion): (() => void) | undefined;
  /** Resolves when it is written down. */
  spent(question: LayerQuestion, client: string, call: EndedCall): Promise<void>;
}

/** How long a question that nobody waits for any more stays in line for its call, in milliseconds: as long as a worker takes to be followed by another. */
const unsentOrphanMs = 30_000;

/** Shortest wait that is told of, in milliseconds. */
const leastToldWaitMs = 10;

/** How often passengers are told what has come of an answer, in milliseconds, and how much of it, in UTF-16 code units: what a worker looks through. */
const told = { everyMs: 1_000, most: 4_000 };

/**
 * One question on its way to its answer. It belongs to the gateway, not to who asked.
 *
 * Flight-1. A passenger that goes away without a word leaves the flight under way.
 * Flight-2. The flight is cut when a passenger says that the answer is not wanted, and no other waits for it.
 * Flight-3. Every passenger that stays is told the end once, after what it cost is written down.
 */
export class Flight implements Payer {
  readonly #cut = new AbortController();
  readonly #passengers = new Set<Passenger>();
  readonly #calls: Done['calls'] = [];
  readonly #writes: Promise<void>[] = [];
  readonly #settings: FlightSettings;
  readonly #reserves: (() => void)[] = [];
  #deadlineMs: number;
  #waits = 0;
  /** Whether somebody else is asking the same. */
  #isJoined = false;
  #out = 0;
  #toldWordsAtMs = -Infinity;
  #orphaned: NodeJS.Timeout | undefined;
  #purse: Purse | undefined;
  #end: Done | undefined;

  constructor(
    readonly question: LayerQuestion,
    /** Whoever is to be charged. */
    readonly client: string,
    remainingMs: number,
    purse: Purse | undefined,
    settings: FlightSettings,
  ) {
    this.#settings = settings;
    this.#purse = purse;
    this.#deadlineMs = performance.now() + remainingMs;
  }

  /** Its end, once there is one. */
  get end(): Done | undefined {
    return this.#end;
  }

  get isCut(): boolean {
    return this.#cut.signal.aborted;
  }

  get passengers(): number {
    return this.#passengers.size;
  }

  /** Number of its calls that are in flight. */
  get out(): number {
    return this.#out;
  }

  /** @returns how the question ended; it never rejects */
  async fly(): Promise<Done> {
    const { pay, cpu } = this.#settings;
    let end: Pick<Done, 'paid' | 'failure'>;
    try {
      const form = answerFormOf(this.question.form, { cpu, run: this.question.run });
      end = { paid: await pay(this.question, this, form) };
    } catch (error) {
      end = { failure: callFailureOf(error, Date.now()) };
    }
    clearTimeout(this.#orphaned);
    await Promise.all(this.#writes);
    for (const release of this.#reserves) release();
    this.#end = { ...end, calls: this.#calls };
    for (const passenger of this.#passengers) passenger.done(this.#end);
    return this.#end;
  }

  /** @returns what a passenger calls that goes away without a word: see Flight-1 */
  board(passenger: Passenger, remainingMs: number): () => void {
    clearTimeout(this.#orphaned);
    this.#passengers.add(passenger);
    this.#deadlineMs = Math.max(this.#deadlineMs, performance.now() + remainingMs);
    if (this.#waits > 0) passenger.waits(true, this.#isUnasked);
    if (this.#isJoined) passenger.joined(true);
    return () => this.#lose(passenger);
  }

  #lose(passenger: Passenger): void {
    if (!this.#passengers.delete(passenger) || this.#passengers.size > 0) return;
    this.#orphaned = setTimeout(() => {
      if (this.#isUnasked) this.#cut.abort(noLongerWanted);
    }, unsentOrphanMs).unref();
  }

  /** The passenger does not want the answer: see Flight-2. It is told the end. */
  cut(): void {
    if (this.#passengers.size < 2) this.#cut.abort(noLongerWanted);
  }

  get signal(): AbortSignal {
    return this.#cut.signal;
  }

  /** A flight ends before its time only when nobody wants it: another branch that waits for its answer asks in its place. */
  get unwanted(): AbortSignal {
    return this.#cut.signal;
  }

  remainingMs(): number {
    return Math.max(1, this.#deadlineMs - performance.now());
  }

  async waiting<T>(wait: () => Promise<T>): Promise<T> {
    const since = performance.now();
    let isTold = false;
    // A wait that is over at once is not worth telling of.
    const tell = setTimeout(() => {
      isTold = true;
      this.#tellWait(1);
    }, leastToldWaitMs);
    try {
      return await wait();
    } finally {
      clearTimeout(tell);
      if (isTold) this.#tellWait(-1);
      this.#deadlineMs += performance.now() - since;
    }
  }

  joins(): void {
    this.#tellJoined(true);
  }

  left(): void {
    this.#out += 1;
    if (this.#isJoined) this.#tellJoined(false);
    for (const passenger of this.#passengers) passenger.moved();
  }

  said(text: string): void {
    const nowMs = performance.now();
    if (nowMs - this.#toldWordsAtMs < told.everyMs) return;
    this.#toldWordsAtMs = nowMs;
    const end = text.slice(-told.most);
    for (const passenger of this.#passengers) passenger.said(end);
  }

  ended(call: EndedCall, isSecond: boolean): void {
    this.#out -= 1;
    this.#calls.push({ ...call, isSecond });
    this.#writes.push(this.#settings.money.spent(this.question, this.client, call));
    this.#takeOut(call);
    for (const passenger of this.#passengers) passenger.moved();
  }

  checkReserve(): void {
    const { leftUsd, questionUsd } = this.#purse ?? { leftUsd: Infinity, questionUsd: 0 };
    if (leftUsd + 1e-9 < questionUsd) {
      throw new FanfoldError('ReserveUsedUp', 'Another question may cost more than is left of what was set aside.');
    }
  }

  async reserve(): Promise<void> {
    this.#reserves.push(await this.#settings.money.reserve(this.question));
  }

  mayPaySecond(): boolean {
    const purse = this.#purse;
    if (purse !== undefined && purse.leftUsd + 1e-9 < 2 * purse.questionUsd) return false;
    const reserved = this.#settings.money.reserveSecond(this.question);
    if (reserved !== undefined) this.#reserves.push(reserved);
    return reserved !== undefined;
  }

  answered(): void {
    // What is there belongs to the journal from now on; nobody can take it back.
  }

  purse(): Purse | undefined {
    return this.#purse;
  }

  #takeOut({ usage, model, settled }: EndedCall): void {
    if (this.#purse === undefined) return;
    const { leftUsd, questionUsd } = this.#purse;
    const toldUsd = usage === undefined ? 0 : (costOf(usage, model) ?? Infinity);
    // What the API did not tell may have cost as much as a question can.
    const spentUsd = settled ? toldUsd : Math.max(toldUsd, questionUsd);
    this.#purse = { leftUsd: Math.max(0, leftUsd - spentUsd), questionUsd };
  }

  get #isUnasked(): boolean {
    return this.#out === 0 && this.#calls.length === 0;
  }

  #tellJoined(on: boolean): void {
    this.#isJoined = on;
    for (const passenger of this.#passengers) passenger.joined(on);
  }

  #tellWait(change: 1 | -1): void {
    this.#waits += change;
    if (this.#waits !== (change > 0 ? 1 : 0)) return;
    for (const passenger of this.#passengers) passenger.waits(change > 0, this.#isUnasked);
  }
}

const noLongerWanted = new Error('The answer is no longer wanted.');
