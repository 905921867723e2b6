import { defaultFirstCap, firstCapOf, refusalMs } from './settings.js';
import type { LimiterSettings } from './settings.js';

/** Share of the cap that a refusal leaves: 0.7 is CUBIC's, 0.9 that of Netflix' AIMDLimit. */
const decrease = 0.85;
/** The same where a level is refused that was known, and tried again: it is still there, and nobody needs to make room. */
const knownDecrease = 0.95;
/** Share of the cap that a second refusal leaves at once. */
const steepDecrease = 0.5;
/**
 * Rounds of calls for which a refused level is left alone, times the level's calls. The smaller of two processes tries sooner,
 * and so they come to share alike. At a level of 10 one call in 160 may be refused, at 40 one in 2,560.
 */
const plateauRounds = { perCall: 1.6, fewest: 4, most: 64 };
/** Share of the cap that must be used for it to grow: between two calls a slot is empty for a moment. */
const leastUse = 0.8;
/**
 * Time in which slow start doubles once headers have shown that the API's limits have room, in milliseconds. What they do not
 * show, such as a limit on calls at once, is met by few: within the some 20 ms that a refusal takes, the cap grows by a twentieth.
 */
const toldDoublingMs = 250;
/** How long a limit on growth is remembered, in milliseconds. */
const rampLimitedForMs = 10 * 60_000;
/** Share of a refused level that is left to processes that are not alone. */
const roomForOthers = 0.95;
/** Steps of one beyond a refused level, before the steps double. */
const singleSteps = 16;

/** The level that was refused last, and how it is tried again. */
interface Wall {
  level: number;
  refusedAt: number;
  /** Times it has been moved since. */
  moves: number;
  /** Answers at the wall until it is moved again. */
  answersLeft: number;
}

/**
 * How many calls may be in flight at once.
 *
 * Slow start doubles once per `refusalMs`, without answers too: a refusal comes back at once, an answer takes as long as the
 * model writes. Until the first refusal each answer makes room for one more besides (RFC 5681, 3.1), and where headers show that
 * there is room the time is `toldDoublingMs`. Then additive increase and multiplicative decrease (Chiu and Jain 1989), which shares fairly among those
 * who see the same refusals; towards the last refused level in shrinking steps, a plateau there, and probing beyond it in
 * growing steps, as BIC and CUBIC do (Xu, Harfoush, Rhee 2004; RFC 9438).
 *
 * ConcurrencyWindow-1. 1 ≤ cap ≤ ceiling.
 * ConcurrencyWindow-2. A burst of refusals cuts once. A call that left before a cut does not cut again.
 * ConcurrencyWindow-3. Unused room does not grow (RFC 7661).
 */
export class ConcurrencyWindow {
  readonly ceiling: number;
  #cap: number;
  /** The cap at which slow start ends. */
  #threshold = Infinity;
  /** The cap before the last cut. */
  #former = 0;
  #wall: Wall | undefined;
  #epoch = 0;
  /** The epoch that ended with a refusal last. */
  #refusedEpoch = -1;
  #cutAt = -Infinity;
  #grownAt: number;
  #inFlight = 0;
  #doublingMs = refusalMs;
  #rampLimitedAt = -Infinity;
  #isRampLimited = false;
  /** The time that slow start would have taken from its usual beginning to this one: it has been taken in advance. */
  readonly #headStartMs: number;
  #heldUntil: number | undefined;
  /** Whether headers have shown that the API's limits have room. */
  #told = false;

  constructor(settings: Pick<LimiterSettings, 'ceiling' | 'firstCap'>, nowMs: number) {
    this.ceiling = settings.ceiling;
    this.#cap = firstCapOf(settings);
    this.#headStartMs = Math.max(0, Math.log2(this.#cap / defaultFirstCap)) * refusalMs;
    this.#grownAt = nowMs;
  }

  get cap(): number {
    return Math.floor(this.#cap + 1e-9);
  }

  /** Most calls at once that the API is known to take. */
  get learned(): number {
    return Math.max(1, Math.floor(this.#wall?.level ?? Math.max(this.#cap, this.#former)));
  }

  /** The cap that slow start will have reached in a second, if nothing is refused; else that of now. */
  get soon(): number {
    const highest = Math.min(this.ceiling, this.#wall?.level ?? Infinity);
    if (this.#cap >= Math.min(highest, this.#threshold)) return this.cap;
    return Math.max(this.cap, Math.min(highest, this.#cap * 2 ** (1_000 / this.#slowStartMs)));
  }

  /** Counts the cuts; a call remembers it, see ConcurrencyWindow-2. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Says how much of the cap is used from now on, after growing by the time that has passed. */
  use(inFlight: number, nowMs: number): void {
    if (inFlight > 0) this.#heldUntil ??= nowMs + this.#headStartMs;
    this.#grow(nowMs);
    this.#inFlight = inFlight;
  }

  /** Milliseconds until the cap is one higher; `Infinity` where it does not grow. */
  msUntilGrowth(): number {
    const highest = this.#highest;
    if (this.#cap >= highest) return Infinity;
    const missing = Math.min(this.cap + 1, highest) - this.#cap;
    return Math.ceil(missing / this.#perMs) + 1;
  }

  /** Headers say that the API's limits have room for more than is in flight. */
  told(): void {
    this.#told = true;
  }

  answered(): void {
    if (this.#threshold === Infinity && !this.#isRampLimited)
      this.#cap = Math.max(this.#cap, Math.min(this.#highest, this.#cap + 1));
    const wall = this.#wall;
    if (wall === undefined || this.#cap < wall.level - 0.5) return;
    wall.answersLeft -= 1;
    if (wall.answersLeft > 0) return;
    wall.moves += 1;
    wall.level += 2 ** Math.max(0, wall.moves - singleSteps);
    wall.answersLeft = wall.level;
  }

  /**
   * The API had as many calls as it takes.
   *
   * @param epoch of the refused call
   * @param admitted calls in flight besides it
   * @returns whether the cap was cut
   */
  refused(epoch: number, admitted: number, nowMs: number): boolean {
    const level = Math.max(1, admitted);
    if (epoch < this.#epoch) {
      this.#learnFromBurst(epoch, level);
      return false;
    }
    // A refusal at another level than before means that others call too. This process makes room, much as in fast convergence
    // (RFC 9438, 4.7).
    const alone = this.#wall === undefined || Math.abs(level - this.#wall.refusedAt) <= 1;
    // Only a probe comes so late: others would have made it fail sooner.
    const isProbe = alone && this.#wall !== undefined && this.#wall.moves > 0;
    const wallLevel = alone ? level : Math.max(1, level * roomForOthers);
    this.#wall = { level: wallLevel, refusedAt: level, moves: 0, answersLeft: plateauAnswers(wallLevel) };
    this.#cap = Math.min(this.#cap, level);
    this.#refusedEpoch = this.#epoch;
    const factor = isProbe ? knownDecrease : decrease;
    this.#cut(nowMs - this.#cutAt < refusalMs ? steepDecrease : factor, nowMs);
    return true;
  }

  /**
   * The first refusal of a burst sees the others still in flight. Each later one knows better how many the API lets in, and the
   * last one knows it.
   */
  #learnFromBurst(epoch: number, level: number): void {
    const wall = this.#wall;
    if (wall === undefined || epoch !== this.#epoch - 1 || epoch !== this.#refusedEpoch || level >= wall.refusedAt)
      return;
    this.#wall = { level, refusedAt: level, moves: 0, answersLeft: plateauAnswers(level) };
    this.#cap = Math.max(1, Math.min(this.#cap, level * decrease));
    this.#threshold = Math.min(this.#threshold, this.#cap);
  }

  /** The API is overloaded, or its answers grow slow: no level to remember. */
  slowDown(epoch: number, factor: number, nowMs: number): boolean {
    if (epoch < this.#epoch) return false;
    this.#cut(factor, nowMs);
    return true;
  }

  /** Takes in that the gate closes. What follows starts small, and only half of the cap is taken up again quickly. */
  collapse(nowMs: number): void {
    // The cap before the cut counts, where the same refusal has cut already.
    if (this.#cutAt !== nowMs) this.#former = this.#cap;
    this.#threshold = Math.max(1, this.#former / 2);
    // A head start that is lost is not paid for.
    this.#heldUntil = nowMs;
    this.#epoch += 1;
  }

  /** Takes in that the gate opens by one call. */
  resume(inFlight: number, nowMs: number): void {
    this.#cap = Math.min(this.ceiling, inFlight + 1);
    this.#grownAt = nowMs;
  }

  /** The API limits growth itself. */
  rampSlower(nowMs: number): void {
    this.#doublingMs = Math.min(30_000, this.#doublingMs * 4);
    this.#isRampLimited = true;
    this.#rampLimitedAt = nowMs;
  }

  get #highest(): number {
    return Math.min(this.ceiling, this.#wall?.level ?? Infinity, (this.#inFlight + 1) / leastUse);
  }

  get #perMs(): number {
    if (this.#cap < this.#threshold) return (this.#cap * Math.LN2) / this.#slowStartMs;
    return Math.max(1, (this.#former - this.#cap) / 4) / this.#doublingMs;
  }

  /** Milliseconds in which slow start doubles. */
  get #slowStartMs(): number {
    const isFirst = this.#threshold === Infinity && this.#told && !this.#isRampLimited;
    return isFirst ? toldDoublingMs : this.#doublingMs;
  }

  #grow(nowMs: number): void {
    // A long silence says nothing about what the API would have let in.
    const elapsedMs = Math.min(refusalMs, Math.max(0, nowMs - this.#grownAt));
    this.#grownAt = nowMs;
    if (nowMs - this.#rampLimitedAt > rampLimitedForMs) {
      this.#isRampLimited = false;
      this.#doublingMs = refusalMs;
    }
    if (nowMs < (this.#heldUntil ?? 0) && !this.#told) return;
    const highest = this.#highest;
    if (this.#cap < highest) this.#cap = Math.min(highest, this.#cap + this.#perMs * elapsedMs);
  }

  #cut(factor: number, nowMs: number): void {
    this.#former = this.#cap;
    this.#cap = Math.max(1, this.#cap * factor);
    this.#threshold = this.#cap;
    this.#heldUntil = nowMs;
    this.#cutAt = nowMs;
    this.#epoch += 1;
  }
}

function plateauAnswers(level: number): number {
  const { perCall, fewest, most } = plateauRounds;
  return level * Math.min(most, Math.max(fewest, perCall * level));
}
