import type { BucketReading } from './rate-headers.js';

/**
 * Headroom: the part of a limit that is left to others, in milliseconds of its refill, at least in calls, and at most as a share
 * of the limit.
 */
const headroomMs = 4_000;
const headroomCalls = 16;
const headroomShare = 0.75;
/** Slowest pace, as a share of the limit: a process that sees an empty bucket must still see it fill. */
const slowestPace = 0.05;
/** Weight of a new reading in the estimate of what others take. */
const othersGain = 0.3;
/** Time constant, in milliseconds, by which others are thought to cease taking, unless readings say otherwise. */
const othersFadeMs = 10_000;
/** Readings closer together than this say nothing of a rate. */
const shortestReadingMs = 250;

/**
 * One limit of the organisation: a continuous token bucket that is seen through headers.
 *
 * RateBucket-1. The level follows what this process takes and what the limit refills. A reading only moves it into the range that
 *     the reading allows: headers may be as old as their call, and may or may not include calls that left meanwhile.
 * RateBucket-2. The use of others shows in the readings, and is expected to go on: an alpha-beta filter, level and drain.
 * RateBucket-3. Above the headroom a process sends its calls as they come. Below it every process sends at a pace proportional to
 *     what is left: all see the same bucket, so all get the same share, with no coordinator (Kelly, Maulloo, Tan, "Rate control
 *     for communication networks", 1998: the level is the price). `n` processes hold it at an n-th of the headroom, and use the
 *     whole limit.
 * RateBucket-4. A call larger than the bucket leaves when the bucket is full.
 */
export class RateBucket {
  #limit: number;
  #capacity: number;
  #level: number;
  #levelAt: number;
  #readAt: number;
  /** Use by others, per millisecond. */
  #others = 0;
  #taken = 0;
  #lastAt = -Infinity;
  #lastGap = 0;

  constructor(reading: BucketReading, nowMs: number) {
    this.#limit = reading.limit;
    this.#level = reading.remaining;
    this.#capacity = capacityOf(reading);
    this.#levelAt = nowMs;
    this.#readAt = nowMs;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Use by this process so far. A call remembers it, to tell what left after it. */
  get taken(): number {
    return this.#taken;
  }

  level(nowMs: number): number {
    const refilled = this.#perMs * Math.max(0, nowMs - this.#levelAt);
    return Math.min(this.#capacity, this.#level + refilled - this.#othersSince(this.#levelAt, nowMs));
  }

  /** Milliseconds until it is full, if nobody takes anything. */
  msUntilFull(nowMs: number): number {
    return (this.#capacity - this.level(nowMs)) / this.#perMs;
  }

  /**
   * Milliseconds until a call of this cost may leave, as things stand; 0: now.
   *
   * @param usual cost of an average call
   */
  msUntil(cost: number, usual: number, nowMs: number): number {
    const level = this.level(nowMs);
    const need = Math.min(cost, this.#capacity);
    const headroom = this.#headroom(usual);
    if (level - need >= headroom) return 0;
    const short = Math.max(0, need - level) / this.#perMs;
    const pace = Math.min(1, Math.max(slowestPace, level / headroom)) * this.#perMs;
    return Math.max(short, this.#lastAt + this.#lastGap / pace - nowMs, 0);
  }

  /** How many average calls may leave within so many milliseconds. */
  room(usual: number, withinMs: number, nowMs: number): number {
    const free = Math.floor((this.level(nowMs + withinMs) - this.#headroom(usual)) / Math.max(usual, 1));
    if (free >= 1) return free;
    return this.msUntil(usual, usual, nowMs) <= withinMs ? 1 : 0;
  }

  /** @param spread what the gap to the next call is multiplied by, so that processes do not march in step; 1 on average */
  take(cost: number, spread: number, nowMs: number): void {
    this.#setLevel(this.level(nowMs) - cost, nowMs);
    this.#taken += cost;
    this.#lastAt = nowMs;
    this.#lastGap = cost * spread;
  }

  /** Corrects the level: a call has turned out to cost something else. */
  correct(cost: number, nowMs: number): void {
    this.#setLevel(this.level(nowMs) - cost, nowMs);
    this.#taken += cost;
  }

  /**
   * @param takenSince what this process has taken since the answer's call left
   * @param ageMs milliseconds since then
   */
  read(reading: BucketReading, takenSince: number, ageMs: number, nowMs: number): void {
    if (reading.limit !== this.#limit) {
      this.#limit = reading.limit;
      this.#capacity = 0;
    }
    this.#capacity = Math.max(this.#capacity, capacityOf(reading));
    const level = this.level(nowMs);
    const leftToUs = Math.max(0, (this.#perMs - this.#others) * ageMs);
    const unsure = Math.max(0, takenSince - leftToUs);
    const highest = reading.remaining + reading.roundedBy;
    const lowest = reading.remaining - reading.roundedBy - unsure;
    const believed = Math.max(lowest, Math.min(highest, level));
    const sinceMs = Math.max(shortestReadingMs, nowMs - this.#readAt);
    const others = this.#others * fadeOver(nowMs - this.#readAt) - (othersGain * (believed - level)) / sinceMs;
    this.#others = Math.min(this.#perMs, Math.max(0, others));
    this.#readAt = nowMs;
    this.#setLevel(believed, nowMs);
  }

  /** Estimated use by others between two moments. */
  #othersSince(fromMs: number, toMs: number): number {
    const [from, to] = [fadeOver(fromMs - this.#readAt), fadeOver(toMs - this.#readAt)];
    return this.#others * othersFadeMs * Math.max(0, from - to);
  }

  get #perMs(): number {
    return this.#limit / 60_000;
  }

  #headroom(usual: number): number {
    return Math.min(this.#capacity * headroomShare, Math.max(headroomMs * this.#perMs, headroomCalls * usual));
  }

  #setLevel(level: number, nowMs: number): void {
    this.#level = Math.min(this.#capacity, level);
    this.#levelAt = nowMs;
  }
}

/** The most the bucket holds: a minute's worth, or less where the API enforces the limit over a shorter time. */
function capacityOf({ limit, remaining, fullInMs }: BucketReading): number {
  return Math.max(1, Math.min(limit, Math.max(remaining, remaining + (fullInMs * limit) / 60_000)));
}

function fadeOver(ms: number): number {
  return Math.exp(-Math.max(0, ms) / othersFadeMs);
}
