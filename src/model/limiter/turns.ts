import { priorities, priorityOf } from '../../contract/priority.js';
import type { Share } from '../../contract/priority.js';
import type { Clock } from './clock.js';
import { FairOrder, shareId } from './fair-order.js';
import { usefulLanes } from './slots.js';

/** A lane, as far as the turns of its branches go. */
export interface Seat {
  /** Whose its branches are, among those of others. */
  readonly share: Share;
  /** Branches that it would begin now, if it had turns for them. */
  readonly wanted: number;
  /** Branches that it has open, or would have if it had turns for all of them. */
  readonly allowed: number;
  /** Begins one. */
  begin(): void;
}

/** What turns depend on: the limiters of the calls. */
export interface Calls {
  readonly inFlight: number;
  /** Calls of lanes that wait to leave. */
  readonly waiting: number;
  /** Branches that may be begun beyond those in flight: some more than may leave, which are prepared meanwhile. */
  roomForTurns(): number;
  /** Milliseconds until there may be more room though nothing else has happened. */
  msUntilRoom(): number;
  /** Calls that will be let in within a second beyond those that may leave now. */
  growth(): number;
  /** Calls that the process makes at once at most, for now. */
  readonly cap: number;
  /** Whether a gate is closed: what waits then waits for the API, and would do so elsewhere. */
  readonly isPaused: boolean;
  /** Is told how many branches of how many lanes are begun, and how many are waited for. */
  demand?(begun: number, wanted: number, lanes: number): void;
  /** Is told that a lane has come, and how many its run has here already. */
  joined?(known: number): void;
  /** Is told that a lane has ended. */
  left?(): void;
  /** Is told that a lane ends with all that it has. */
  gaveUp?(): void;
}

/** Time for which branches must have waited for what their lanes have too much to be told by, in milliseconds. */
const waitedMs = { full: 300, growing: 1_000 };
/** Share of the cap below which nothing is too much: a few branches that wait for a turn are the next to leave. */
const leastShare = 0.1;
/** Shortest and longest time after which room is looked for again, in milliseconds. */
const looking = { leastMs: 5, mostMs: 1_000 };

/**
 * The turns of the lanes of one process: which of them begins its next branch, when the limiter has room.
 *
 * Turns-1. A branch is begun only while those begun, less the calls in flight, are fewer than the room, so that what cannot leave
 *     stays in the lane, which can hand it back.
 * Turns-2. Runs take turns as `FairOrder` has it, and lanes of one run one after the other.
 * Turns-3. While a lane wants to begin a branch, something begun or a timer will look again.
 */
export class Turns {
  readonly #seats = new Set<Seat>();
  readonly #order = new FairOrder();
  /** When a lane came, or had its last turn. */
  readonly #lastTurnAtMs = new WeakMap<Seat, number>();
  #begun = 0;
  #least = 0;
  #sinceMs = 0;
  /** What is too much, as far as no lane has given it back, and when that was found out. */
  #granted = 0;
  #grantedAtMs = 0;
  #isLooking = false;
  #cancelTimer = () => {};

  constructor(
    readonly calls: Calls,
    readonly clock: Clock,
  ) {}

  /** Branches that lanes would begin now, if there were room. */
  get wanted(): number {
    let sum = 0;
    for (const { wanted } of this.#seats) sum += wanted;
    return sum;
  }

  /** The same by priority; `undefined` where all have the usual one. */
  get wantedBy(): [priority: number, wanted: number][] | undefined {
    const by = new Map<number, number>();
    for (const { share, wanted } of this.#seats) {
      const priority = priorityOf(share);
      by.set(priority, (by.get(priority) ?? 0) + wanted);
    }
    return [...by.keys()].every((priority) => priority === priorities.usual) ? undefined : [...by];
  }

  /** Lanes that begin branches, or may. */
  get lanes(): number {
    return this.#seats.size;
  }

  join(seat: Seat): void {
    this.calls.joined?.(this.#lanesOf(seat.share));
    this.#seats.add(seat);
    this.#lastTurnAtMs.set(seat, this.clock.now());
    this.look();
  }

  leave(seat: Seat): void {
    this.#seats.delete(seat);
    this.calls.left?.();
    this.look();
  }

  /** Takes in that a branch has ended, or rests before its next attempt. */
  ended(): void {
    this.#begun -= 1;
    this.look();
  }

  /** Takes in that a branch goes on after a rest. */
  resumed(): void {
    this.#begun += 1;
    this.calls.demand?.(this.#begun, this.wanted, this.#seats.size);
  }

  /** Lets lanes begin branches where it can; to be called whenever room may have come. */
  look(): void {
    // To begin a branch may look once more.
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#cancelTimer();
    this.#cancelTimer = () => {};
    let wanted = this.wanted;
    while (wanted > 0 && this.#isFree()) {
      this.#beginOne();
      wanted = this.wanted;
    }
    this.#isLooking = false;
    this.calls.demand?.(this.#begun, wanted, this.#seats.size);
    this.#note();
    if (wanted === 0) return;
    const waitMs = this.calls.msUntilRoom();
    if (waitMs === Infinity) return;
    const soonMs = Math.min(looking.mostMs, Math.max(looking.leastMs, Math.ceil(waitMs)));
    this.#cancelTimer = this.clock.after(soonMs, () => this.look());
  }

  /** Calls that the process makes at once at most, for now. */
  get cap(): number {
    return this.calls.cap;
  }

  /**
   * Branches at once that the lanes of this process have too much: they have waited for a while, and will go on to do so.
   *
   * @param of the lane that would give them up: what lower priorities take is none of its concern
   */
  surplus(of?: Seat): number {
    const surplus = this.#surplusOfAll();
    if (surplus === 0 || of === undefined) return surplus;
    // What goes first waits for nobody: others have too much.
    return Math.max(
      0,
      Math.min(surplus, Math.floor(this.#allowedUpTo(priorityOf(of.share)) - this.cap - this.calls.growth())),
    );
  }

  #surplusOfAll(): number {
    const nowMs = this.clock.now();
    this.#note();
    if (this.calls.isPaused) return this.#restart(nowMs);
    if (this.#granted > 0 && nowMs - this.#grantedAtMs < waitedMs.growing)
      return Math.max(0, Math.min(this.#granted, this.#allowed - this.cap));
    const growth = this.calls.growth();
    if (this.#least === 0 || nowMs - this.#sinceMs < (growth > 0 ? waitedMs.growing : waitedMs.full)) return 0;
    const surplus = Math.floor(this.#allowed - this.cap - growth);
    if (surplus < Math.max(2, this.cap * leastShare)) return this.#restart(nowMs);
    this.#grantedAtMs = nowMs;
    this.#granted = surplus;
    return surplus;
  }

  /** Whether a lane has had no turn for a while while its run has others enough here: another worker may have more use for it. */
  isOfNoUse(seat: Seat): boolean {
    const { cap, isPaused } = this.calls;
    if (isPaused || this.#allowed <= cap) return false;
    if (this.clock.now() - (this.#lastTurnAtMs.get(seat) ?? Infinity) < waitedMs.growing) return false;
    return this.#lanesOf(seat.share) > usefulLanes;
  }

  /** Lanes of one run that are here. */
  #lanesOf(share: Share): number {
    const id = shareId(share);
    return [...this.#seats].filter((seat) => shareId(seat.share) === id).length;
  }

  /** Takes in that a lane ends with all that it has, to be another's. */
  gaveUp(width: number): void {
    this.gaveBack(width);
    this.calls.gaveUp?.();
  }

  /** Takes in that a lane no longer wants so many of the surplus. */
  gaveBack(count: number): void {
    this.#least = Math.max(0, this.#least - count);
    this.#granted = Math.max(0, this.#granted - count);
  }

  #isFree(): boolean {
    const pending = Math.max(0, this.#begun - this.calls.inFlight, this.calls.waiting);
    return pending < this.calls.roomForTurns();
  }

  #beginOne(): void {
    const wanting = [...this.#seats].filter(({ wanted }) => wanted > 0);
    const next = this.#order.choose(wanting.map(({ share }) => share));
    if (next === undefined) return;
    this.#order.went(next);
    const id = shareId(next);
    for (const seat of wanting) {
      if (shareId(seat.share) !== id) continue;
      // Whoever has had a turn is last.
      this.#seats.delete(seat);
      this.#seats.add(seat);
      this.#begun += 1;
      this.#lastTurnAtMs.set(seat, this.clock.now());
      seat.begin();
      return;
    }
  }

  #note(): void {
    const waiting = this.#waiting;
    if (this.#least === 0 && waiting > 0) {
      this.#sinceMs = this.clock.now();
      this.#least = waiting;
    } else this.#least = Math.min(this.#least, waiting);
  }

  get #allowed(): number {
    return this.#allowedUpTo(Infinity);
  }

  #allowedUpTo(lowest: number): number {
    let sum = 0;
    for (const { allowed, share } of this.#seats) if (priorityOf(share) <= lowest) sum += allowed;
    return sum;
  }

  /** Branches that want to begin, and calls of those begun that cannot leave. */
  get #waiting(): number {
    return this.wanted + this.calls.waiting;
  }

  #restart(nowMs: number): 0 {
    this.#least = this.#waiting;
    this.#sinceMs = nowMs;
    this.#granted = 0;
    return 0;
  }
}
