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
  /** Is told how many slots are out, how many are waited for, and how many of those out are idle. */
  wanted?(out: number, waiting: number, idle: number): void;
}

/** Permission to take on one task, before it is known which. */
export class Slot {
  #released = false;
  #forgetSignal = () => {};

  /** @param onUse called once, unless it is released before */
  constructor(
    readonly onRelease: () => void,
    readonly onUse: () => void = () => {},
  ) {}

  /** Takes in that its task has come. */
  use(): void {
    if (!this.#released) this.onUse();
  }

  /** Gives the slot back. Only the first time counts. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#forgetSignal();
    this.onRelease();
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

/**
 * Hands out slots for tasks, as many as could make their call soon.
 *
 * Slots-1. At most `ceiling` slots are out.
 * Slots-2. A slot is handed out only while the slots out, less the calls in flight, are fewer than the room, and so are the calls
 *     and branches of lanes that wait here. Each slot whose task has not begun its call yet has room waiting for it.
 * Slots-3. Slots are handed out in the order in which they were asked for.
 * Slots-4. A slot whose asker was aborted is never lost, neither while it waits nor while it is handed over.
 * Slots-5. A slot is idle from `idleAfterMs` after it was handed out until its task comes or it is released.
 */
export class Slots {
  readonly #waiting = new Waiters<undefined, Slot>();
  #out = 0;
  #idle = 0;
  #cancelTimer = () => {};

  constructor(
    readonly ceiling: number,
    readonly calls: Roomy,
    readonly clock: Clock,
  ) {}

  get out(): number {
    return this.#out;
  }

  /** Slots of pollers that find no task: what they could do others may do meanwhile. */
  get idle(): number {
    return this.#idle;
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
    const waitMs = this.calls.msUntilRoom();
    if (waitMs === Infinity) return;
    const soonMs = Math.min(looking.mostMs, Math.max(looking.leastMs, Math.ceil(waitMs)));
    this.#cancelTimer = this.clock.after(soonMs, () => this.look());
  }

  #tell(): void {
    this.calls.wanted?.(this.#out, this.#waiting.size, this.#idle);
  }

  #free(): boolean {
    const pending = Math.max(0, this.#out - this.calls.inFlight, this.calls.waiting);
    return this.#out < this.ceiling && pending < this.calls.room();
  }

  #handOut(): Slot {
    this.#out += 1;
    let isIdle = false;
    const setIdle = (is: boolean): void => {
      this.#idle += Number(is) - Number(isIdle);
      isIdle = is;
    };
    const tellIdle = (is: boolean): void => {
      cancelIdle();
      if (is === isIdle) return;
      setIdle(is);
      this.#tell();
    };
    const cancelIdle = this.clock.after(idleAfterMs, () => tellIdle(true));
    return new Slot(
      () => {
        cancelIdle();
        setIdle(false);
        this.#out -= 1;
        this.look();
      },
      () => tellIdle(false),
    );
  }
}
