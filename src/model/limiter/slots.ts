import type { Clock } from './clock.js';
import { Waiters } from './waiters.js';

/** The limiters of the calls that slots are for. */
export interface Roomy {
  readonly inFlight: number;
  /** Calls, and branches of lanes, that are here and wait to leave. */
  readonly waiting: number;
  /** Calls that may be taken on beyond those in flight. */
  room(): number;
  /** Milliseconds until there may be more room though nothing else has happened. */
  msUntilRoom(): number;
  /** Lanes that hold a slot, and make no call by it. */
  readonly lanes?: number;
  /**
   * Tasks that may be sought, or wait for their call, though lanes have more to begin than there is room for: they may be of other runs, whose
   * turn it is. 0 by default.
   */
  readonly aside?: number;
  /** Calls of tasks that wait to leave. */
  readonly waitingTasks?: number;
  /** Is told how many slots are out, how many are waited for, and how many of those out are idle. */
  wanted?(out: number, waiting: number, idle: number): void;
}

/** Share of the calls at once that may be of tasks sought aside, and the least of them. */
const asideShare = { most: 0.1, least: 2 };

/** Tasks that may be sought, or wait, beside lanes that take all the room of so many calls at once. */
export function asideOf(cap: number): number {
  return Math.min(cap, Math.max(asideShare.least, Math.ceil(cap * asideShare.most)));
}

/** Permission to take on one task, before it is known which. */
export class Slot {
  #released = false;
  #used = false;
  #forgetSignal = () => {};

  /** @param onUse called once, unless it is released before */
  constructor(
    readonly onRelease: (wasUsed: boolean) => void,
    readonly onUse: () => void = () => {},
  ) {}

  /** Takes in that a task has come for it. */
  use(): void {
    if (this.#used || this.#released) return;
    this.#used = true;
    this.onUse();
  }

  /** Gives the slot back. Only the first time counts. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#forgetSignal();
    this.onRelease(this.#used);
  }

  /** Gives the slot back if the signal aborts before anybody else does. */
  releaseOn(signal: AbortSignal): void {
    const release = () => this.release();
    signal.addEventListener('abort', release);
    this.#forgetSignal = () => signal.removeEventListener('abort', release);
  }
}

/** A slot whose task has not come within so many milliseconds is idle: the queue has none for it. */
const idleAfterMs = 500;

/** Shortest and longest time after which room is looked for again, in milliseconds. */
const looking = { leastMs: 5, mostMs: 1_000 };

/** Lanes of one run that a worker has use for: as many as a run begins with. */
export const usefulLanes = 4;

/** How long no task is sought aside after a lane came that is of no use here, in milliseconds: the first time, and, doubling, at most. */
const lanePauses = { firstMs: 250, mostMs: 2_000 };

/** How long no task is sought aside after a lane ended with all that it had, in milliseconds: that is for a worker that has room, which has it by then. */
const givenUpMs = 1_000;

/**
 * Hands out slots for tasks, as many as could make their call soon.
 *
 * Slots-1. At most `ceiling` slots are out.
 * Slots-2. A slot is handed out only while the slots out, less the calls in flight, are fewer than the room, and so are the calls
 *     and branches of lanes that wait here. Each slot whose task has not begun its call yet has room waiting for it. Besides, while lanes
 *     take all the room, a few are handed out aside, so that tasks of other runs get to the limiter, which shares out calls fairly.
 * Slots-3. Slots are handed out in the order in which they were asked for.
 * Slots-4. A slot whose asker was aborted is never lost, neither while it waits nor while it is handed over.
 * Slots-5. A slot is idle from `idleAfterMs` after it was handed out, or at once where that was aside, until its task comes or it is released.
 */
export class Slots {
  readonly #waiting = new Waiters<undefined, Slot>();
  #out = 0;
  #idle = 0;
  #used = 0;
  #asideAtMs = -Infinity;
  #givenUpAtMs = -Infinity;
  #lanePauseMs: number = lanePauses.firstMs / 2;
  /** Of those that have come so far: all, lanes among them, and tasks when a lane came last that was of no use. */
  #taken = 0;
  #lanes = 0;
  #tasks = 0;
  #cancelTimer = () => {};

  constructor(
    readonly ceiling: number,
    readonly calls: Roomy,
    readonly clock: Clock,
  ) {}

  get out(): number {
    return this.#out;
  }

  /** Slots that a task has come for. */
  get used(): number {
    return this.#used;
  }

  /** Slots of pollers that find no task: what they could do others may do meanwhile. */
  get idle(): number {
    return this.#idle;
  }

  /** Takes in that a lane has come. @param known how many its run has here: others may have more use for this one */
  tookLane(known: number): void {
    this.#lanes += 1;
    if (known < usefulLanes) return;
    const tasks = this.#taken - this.#lanes;
    const isAlone = tasks <= this.#tasks;
    this.#tasks = tasks;
    // Where tasks of others came between lanes, more of them may wait behind this one.
    this.#lanePauseMs = isAlone ? Math.min(lanePauses.mostMs, 2 * this.#lanePauseMs) : lanePauses.firstMs / 2;
    if (isAlone) this.#asideAtMs = this.clock.now() + this.#lanePauseMs;
  }

  /** Takes in that a lane ends with all that it has, which comes to the queue in another lane. */
  gaveUp(): void {
    this.#givenUpAtMs = this.clock.now();
  }

  /** Takes in that a lane has ended: another of its run may wait. */
  lostLane(): void {
    this.#asideAtMs = -Infinity;
    this.look();
  }

  /** Takes a slot if there is one and nobody waits for it. */
  tryAcquire(): Slot | undefined {
    return this.#waiting.size === 0 && this.#free() ? this.#handOut() : undefined;
  }

  /** @throws the signal's reason when it aborts */
  async acquire(signal: AbortSignal): Promise<Slot> {
    signal.throwIfAborted();
    const asked = this.#waiting.join(undefined, signal, () => this.look());
    this.look();
    const slot = await asked;
    // Temporal's core aborts a reservation that it has dropped, even one granted a moment ago: nobody will give that slot back.
    if (signal.aborted) slot.release();
    signal.throwIfAborted();
    slot.releaseOn(signal);
    return slot;
  }

  /** Hands out slots where it can; to be called whenever room may have come. */
  look(): void {
    this.#cancelTimer();
    this.#cancelTimer = () => {};
    while (this.#waiting.size > 0 && this.#free()) this.#waiting.grantFirst(this.#handOut());
    this.#tell();
    if (this.#waiting.size === 0) return;
    const asideMs = this.#mayAsideAtMs - this.clock.now();
    const waitMs = Math.min(this.calls.msUntilRoom(), asideMs > 0 ? asideMs : Infinity);
    if (waitMs === Infinity) return;
    const soonMs = Math.min(looking.mostMs, Math.max(looking.leastMs, Math.ceil(waitMs)));
    this.#cancelTimer = this.clock.after(soonMs, () => this.look());
  }

  #tell(): void {
    this.calls.wanted?.(this.#out, this.#waiting.size, this.#idle);
  }

  #free(): boolean {
    return this.#hasRoom() || this.#mayAside();
  }

  #hasRoom(): boolean {
    const pending = Math.max(0, this.#out - this.calls.inFlight, this.calls.waiting);
    return this.#out < this.ceiling && pending < this.calls.room();
  }

  get #mayAsideAtMs(): number {
    return Math.max(this.#asideAtMs, this.#givenUpAtMs + givenUpMs);
  }

  #mayAside(): boolean {
    const { aside = 0, lanes = 0 } = this.calls;
    if (aside === 0 || this.#out - lanes >= this.ceiling || this.clock.now() < this.#mayAsideAtMs) return false;
    return this.#out - this.#used + (this.calls.waitingTasks ?? 0) < aside;
  }

  #handOut(): Slot {
    const isAside = !this.#hasRoom();
    this.#out += 1;
    let isIdle = false;
    const setIdle = (is: boolean): void => {
      cancelIdle();
      this.#idle += Number(is) - Number(isIdle);
      isIdle = is;
    };
    const cancelIdle = this.clock.after(idleAfterMs, () => {
      setIdle(true);
      this.#tell();
    });
    if (isAside) setIdle(true);
    return new Slot(
      (wasUsed) => {
        setIdle(false);
        this.#out -= 1;
        if (wasUsed) this.#used -= 1;
        this.look();
      },
      () => {
        setIdle(false);
        this.#used += 1;
        this.#taken += 1;
        this.look();
      },
    );
  }
}
