import { Limiter } from './limiter.js';
import { modelClassOf } from './model-class.js';
import type { ModelClass } from './model-class.js';
import { firstCapOf } from './settings.js';
import type { LimiterSettings } from './settings.js';
import { Slots } from './slots.js';
import type { Roomy } from './slots.js';
import type { LimiterSnapshot } from '../../contract/limiter.js';

/** The limiters of one API, one for each model class that was asked for, and the slots of those who call it. */
export class Limiters implements Roomy {
  readonly slots: Slots;
  readonly #limiters = new Map<ModelClass, Limiter>();
  readonly #listeners = new Set<() => void>();

  constructor(readonly settings: LimiterSettings) {
    this.slots = new Slots(settings.ceiling, this, settings.clock);
  }

  /** @param model id of a model, as the API knows it */
  of(model: string): Limiter {
    const modelClass = modelClassOf(model);
    const known = this.#limiters.get(modelClass);
    if (known) return known;
    const limiter = new Limiter(modelClass, this.settings);
    limiter.onRoom(() => {
      this.slots.look();
      for (const listener of this.#listeners) listener();
    });
    this.#limiters.set(modelClass, limiter);
    return limiter;
  }

  get inFlight(): number {
    return this.#sum((limiter) => limiter.inFlight);
  }

  room(): number {
    if (this.#limiters.size === 0) return firstCapOf(this.settings);
    return this.#sum((limiter) => limiter.room());
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

  #sum(of: (limiter: Limiter) => number): number {
    return [...this.#limiters.values()].reduce((sum, limiter) => sum + of(limiter), 0);
  }
}
