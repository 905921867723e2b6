import { eitherSignal } from '../../network/index.js';
import { ConcurrencyWindow } from './concurrency-window.js';
import { Gate } from './gate.js';
import { LatencyGauge } from './latency-gauge.js';
import { Pacing } from './pacing.js';
import { Permit } from './permit.js';
import type { CallOutcome } from './permit.js';
import { Reaction } from './reaction.js';
import { hopeless, Refusals } from './refusals.js';
import { longestPauseMs } from './settings.js';
import type { LimiterSettings } from './settings.js';
import type { Change, LimiterSnapshot } from '../../contract/limiter.js';
import { TokenEstimates } from './token-estimates.js';
import type { Tokens } from './token-estimates.js';
import { TurnedAway } from './turned-away.js';
import { Waiters } from './waiters.js';
import type { CallAsk, CallInFlight } from './call.js';

/** Calls that may be taken on beyond the cap, as a share of it: they are there when one in flight ends. */
const aheadShare = 0.1;
/** The same of branches of lanes, which need only be prepared: more of them, since thousands of calls end in a second there. */
const turnsAheadShare = 0.25;
/** How long before it may leave a call is taken on, in milliseconds: what polling a task queue takes. */
const leadMs = 200;

/**
 * Decides when the next model call may leave this process. One for each model class and API.
 *
 * Limiter-1. When a call leaves, those in flight, itself included, are at most the cap, and the cap is at most the ceiling.
 * Limiter-2. Every permit is given once and counted until it is ended, once. A call that is aborted while it waits takes no
 *     permit along.
 * Limiter-3. No call leaves while the gate is closed.
 * Limiter-4. Calls of one share leave in the order in which they asked; between shares `FairOrder` decides.
 * Limiter-5. Every waiting call is granted, turned away or aborted. While a call waits, something in flight or a timer will look
 *     again.
 */
export class Limiter {
  readonly #settings: LimiterSettings;
  readonly #waiting = new Waiters<CallAsk, Permit>(
    ({ share }) => share,
    ({ ofLane }) => ofLane !== true,
  );
  readonly #window: ConcurrencyWindow;
  readonly #pacing: Pacing;
  readonly #gate: Gate;
  readonly #refusals = new Refusals();
  readonly #estimates = new TokenEstimates();
  readonly #reaction: Reaction;
  readonly #listeners = new Set<() => void>();
  #inFlight = 0;
  #sent = 0;
  #announcedCap: number;
  #wasOpen = true;
  #cancelTimer = () => {};

  constructor(
    readonly modelClass: string,
    settings: LimiterSettings,
  ) {
    const { clock, random } = settings;
    this.#settings = settings;
    const firstCap = settings.remembered?.(modelClass) ?? settings.firstCap;
    this.#window = new ConcurrencyWindow({ ceiling: settings.ceiling, firstCap }, clock.now());
    this.#pacing = new Pacing(random);
    this.#gate = new Gate(random);
    this.#announcedCap = this.#window.cap;
    this.#reaction = new Reaction({
      window: this.#window,
      pacing: this.#pacing,
      gate: this.#gate,
      estimates: this.#estimates,
      latency: new LatencyGauge(),
      refusals: this.#refusals,
      random,
      announce: (what, reason) => this.#announce(what, reason),
    });
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /**
   * Waits until a call may leave. The permit must be ended, whatever becomes of the call.
   *
   * @throws TurnedAway when the wait would be too long, or for ever
   * @throws the signal's reason when it aborts
   */
  async dispatch(ask: CallAsk, signal?: AbortSignal): Promise<Permit> {
    signal?.throwIfAborted();
    const refusal = this.#refusalOf(ask);
    if (refusal) throw refusal;
    const impatience = ask.patienceMs === undefined ? undefined : this.#impatience(ask.patienceMs);
    const either = eitherSignal(...[signal, impatience?.signal].filter((each) => each !== undefined));
    const granted = this.#waiting.join(ask, either.signal, () => this.#pump());
    this.#pump();
    try {
      return await unlessAborted(granted, signal);
    } finally {
      impatience?.calm();
      either.letGo();
    }
  }

  /** Makes a call as soon as it may leave; `call` ends the permit with what it learns, or it counts as failed. */
  async run<T>(ask: CallAsk, call: (permit: Permit) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const permit = await this.dispatch(ask, signal);
    try {
      return await call(permit);
    } finally {
      permit.release();
    }
  }

  /** Most calls that may be in flight now. */
  get cap(): number {
    return this.#window.cap;
  }

  /** Calls of this process that wait to leave. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Those of them that are of tasks. */
  get waitingTasks(): number {
    return this.#waiting.counted;
  }

  /** Calls, waiting ones included, that may be taken on beyond those in flight. */
  room(): number {
    return this.#room(aheadShare, this.#settings.ceiling);
  }

  /** The same of branches that a lane holds already: those ahead of the cap may be above the ceiling, since they wait anyway. */
  roomForTurns(): number {
    return this.#room(turnsAheadShare, Infinity);
  }

  /** Calls that will be let in within a second beyond those that may leave now, if nothing is refused. */
  growth(): number {
    return this.#window.soon - this.#window.cap;
  }

  /** Whether a pause that the API has asked for is not over. */
  get isPaused(): boolean {
    return this.#gate.state(this.#now).is !== 'open';
  }

  #room(share: number, most: number): number {
    const nowMs = this.#now;
    const { ceiling } = this.#settings;
    this.#window.use(this.#inFlight, nowMs);
    // A new call is told so at once, and does not wait for what will not happen.
    if (this.#refusalOf({}) || this.#refusals.isHopeless(nowMs)) return ceiling;
    if (this.#gate.msUntil(nowMs) > 0) return 0;
    if (this.#gate.state(nowMs).is !== 'open') return 1;
    const cap = this.#window.cap;
    const free = Math.min(most, cap + Math.ceil(cap * share)) - this.#inFlight;
    return Math.max(0, Math.min(free, this.#pacing.room(this.#estimates.usual, leadMs, nowMs)));
  }

  /** Milliseconds until there may be more room though nothing else has happened; `Infinity` where there will not be. */
  msUntilRoom(): number {
    const nowMs = this.#now;
    const gateMs = this.#gate.msUntil(nowMs);
    if (gateMs > 0) return gateMs;
    const usual = this.#estimates.usual;
    const pacingMs = this.#pacing.msUntil(usual, usual, nowMs) - leadMs;
    return pacingMs > 0 ? pacingMs : this.#window.msUntilGrowth();
  }

  /** Calls `listener` whenever room may have come or gone. */
  onRoom(listener: () => void): void {
    this.#listeners.add(listener);
  }

  snapshot(): LimiterSnapshot {
    const nowMs = this.#now;
    return {
      modelClass: this.modelClass,
      ceiling: this.#settings.ceiling,
      cap: this.#window.cap,
      inFlight: this.#inFlight,
      learned: this.#window.learned,
      waiting: this.#waiting.size,
      sent: this.#sent,
      throttled: this.#reaction.throttled,
      overloaded: this.#reaction.overloaded,
      gate: this.#gate.state(nowMs),
      buckets: this.#pacing.snapshot(nowMs),
    };
  }

  get #now(): number {
    return this.#settings.clock.now();
  }

  #pump(): void {
    this.#cancelTimer();
    this.#cancelTimer = () => {};
    let waitMs = this.#letLeave();
    this.#window.use(this.#inFlight, this.#now);
    this.#announceGrowth();
    if (this.#waiting.size > 0) {
      waitMs ??= this.#window.msUntilGrowth();
      if (waitMs < Infinity) this.#cancelTimer = this.#settings.clock.after(Math.ceil(waitMs), () => this.#pump());
    }
    for (const listener of this.#listeners) listener();
  }

  #announceGrowth(): void {
    if (this.#window.cap >= 2 * this.#announcedCap) this.#announce('cap', 'all of it was used, and nothing refused');
    const isOpen = this.#gate.state(this.#now).is === 'open';
    if (isOpen && !this.#wasOpen) this.#announce('gate', 'open: the first call was let in');
    this.#wasOpen = isOpen;
  }

  /** Lets all calls leave that may. Returns the milliseconds until the next may; `undefined` where time does not decide. */
  #letLeave(): number | undefined {
    for (let ask = this.#waiting.first; ask !== undefined; ask = this.#waiting.first) {
      const nowMs = this.#now;
      this.#window.use(this.#inFlight, nowMs);
      const gateMs = this.#gate.msUntil(nowMs);
      if (gateMs > 0) return gateMs;
      const paused = this.#gate.state(nowMs).is;
      if (paused === 'closed' || paused === 'shut') this.#window.resume(this.#inFlight, nowMs);
      if (this.#inFlight >= this.#window.cap) return undefined;
      const tokens = this.#estimates.of(ask.inputTokens);
      const pacingMs = this.#pacing.msUntil(tokens, this.#estimates.usual, nowMs);
      // The wait is a second at most: answers to other calls may change the pace meanwhile.
      if (pacingMs > 0) return Math.min(pacingMs, 1_000);
      this.#leave(ask, tokens, nowMs);
    }
    return undefined;
  }

  #leave(ask: CallAsk, tokens: Tokens, nowMs: number): void {
    const call: CallInFlight = {
      ask,
      tokens,
      charges: this.#pacing.take(tokens, nowMs),
      leftAtMs: nowMs,
      epoch: this.#window.epoch,
      probe: this.#gate.left(nowMs),
    };
    this.#inFlight += 1;
    this.#sent += 1;
    this.#waiting.grantFirst(new Permit((outcome) => this.#ended(call, outcome)));
  }

  #ended(call: CallInFlight, outcome: CallOutcome): void {
    this.#inFlight -= 1;
    this.#reaction.to(outcome, call, this.#inFlight, this.#now);
    this.#waiting.refuse((ask) => this.#refusalOf(ask));
    this.#pump();
  }

  #impatience(patienceMs: number): { signal: AbortSignal; calm: () => void } {
    const impatience = new AbortController();
    const reason = new TurnedAway('RateLimited', 'More calls wait here than the model API lets through.', patienceMs);
    return {
      signal: impatience.signal,
      calm: this.#settings.clock.after(patienceMs, () => impatience.abort(reason)),
    };
  }

  /** The reason to turn a call away instead of letting it wait. */
  #refusalOf({ patienceMs = Infinity, bound }: CallAsk): TurnedAway | undefined {
    const nowMs = this.#now;
    const tooLong = bound && this.#refusals.tooLong(bound, nowMs);
    if (tooLong) return hopeless(tooLong, bound);
    const state = this.#gate.state(nowMs);
    const waitMs = this.#gate.msUntil(nowMs);
    if (state.is === 'shut' && waitMs > 0) return new TurnedAway(state.type ?? 'SpendLimitReached', state.reason);
    if (state.is !== 'closed' || waitMs <= Math.min(patienceMs, longestPauseMs)) return undefined;
    return new TurnedAway('RateLimited', `No call leaves for now: ${state.reason}`, waitMs);
  }

  #announce(what: Change['what'], reason: string): void {
    this.#announcedCap = this.#window.cap;
    this.#settings.onChange?.({
      modelClass: this.modelClass,
      atMs: this.#now,
      what,
      reason,
      cap: this.#announcedCap,
    });
  }
}

/** Gives back the permit of a call that was aborted just when it was granted. */
async function unlessAborted(granted: Promise<Permit>, signal: AbortSignal | undefined): Promise<Permit> {
  const permit = await granted;
  if (signal?.aborted) permit.release();
  signal?.throwIfAborted();
  return permit;
}
