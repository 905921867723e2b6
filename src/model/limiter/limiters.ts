import { Limiter } from './limiter.js';
import { modelClassOf } from './model-class.js';
import type { ModelClass } from './model-class.js';
import { firstCapOf } from './settings.js';
import type { LimiterSettings } from './settings.js';
import { asideOf, Slots } from './slots.js';
import type { Roomy } from './slots.js';
import { Turns } from './turns.js';
import type { LimiterSnapshot } from '../../contract/limiter.js';

/** The limiters of one API, one for each model class that was asked for, and the slots and turns of those who call it. */
export class Limiters implements Roomy {
  readonly slots: Slots;
  readonly turns: Turns;
  readonly #limiters = new Map<ModelClass, Limiter>();
  readonly #listeners = new Set<() => void>();

  constructor(readonly settings: LimiterSettings) {
    this.slots = new Slots(settings.ceiling, this, settings.clock);
    const calls = this.#callsOfLanes();
    this.turns = new Turns(calls, settings.clock);
  }

  /** @param model id of a model, as the API knows it */
  of(model: string): Limiter {
    const modelClass = modelClassOf(model);
    const known = this.#limiters.get(modelClass);
    if (known) return known;
    const limiter = new Limiter(modelClass, this.settings);
    // Lanes of this process come first: their branches are here already.
    limiter.onRoom(() => {
      this.turns.look();
      this.slots.look();
      for (const listener of this.#listeners) listener();
    });
    this.#limiters.set(modelClass, limiter);
    return limiter;
  }

  get inFlight(): number {
    return this.#sum((limiter) => limiter.inFlight);
  }

  /** Calls and branches of lanes that are here already, and wait to leave. */
  get waiting(): number {
    return this.#sum((limiter) => limiter.waiting) + this.turns.wanted;
  }

  room(): number {
    if (this.#limiters.size === 0) return firstCapOf(this.settings);
    return this.#sum((limiter) => limiter.room());
  }

  get lanes(): number {
    return this.turns.lanes;
  }

  get aside(): number {
    if (this.turns.wanted === 0 || this.#isPaused) return 0;
    return asideOf(this.#sum((limiter) => limiter.cap));
  }

  get waitingTasks(): number {
    return this.#sum((limiter) => limiter.waitingTasks);
  }

  msUntilRoom(): number {
    return Math.min(Infinity, ...[...this.#limiters.values()].map((limiter) => limiter.msUntilRoom()));
  }

  /** Calls `listener` whenever room may have come or gone. */
  onRoom(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** By model class, in the order in which they were first asked for. */
  snapshot(): LimiterSnapshot[] {
    return [...this.#limiters.values()].map((limiter) => limiter.snapshot());
  }

  #callsOfLanes(): Turns['calls'] {
    const sum = (of: (limiter: Limiter) => number) => this.#sum(of);
    const isPaused = () => this.#isPaused;
    const first = firstCapOf(this.settings);
    const count = () => this.#limiters.size;
    return {
      get inFlight() {
        return sum((limiter) => limiter.inFlight);
      },
      get waiting() {
        return sum((limiter) => limiter.waiting - limiter.waitingTasks);
      },
      get cap() {
        return count() === 0 ? first : sum((limiter) => limiter.cap);
      },
      get isPaused() {
        return isPaused();
      },
      roomForTurns: () => (count() === 0 ? first : sum((limiter) => limiter.roomForTurns())),
      msUntilRoom: () => this.msUntilRoom(),
      growth: () => sum((limiter) => limiter.growth()),
      joined: (known) => this.slots.tookLane(known),
      left: () => this.slots.lostLane(),
      gaveUp: () => this.slots.gaveUp(),
    };
  }

  get #isPaused(): boolean {
    return [...this.#limiters.values()].some((limiter) => limiter.isPaused);
  }

  #sum(of: (limiter: Limiter) => number): number {
    return [...this.#limiters.values()].reduce((sum, limiter) => sum + of(limiter), 0);
  }
}
