import type { Clock } from '../../../src/model/limiter/index.js';

interface Timer {
  at: number;
  order: number;
  run: () => void;
}

/** Timers in one moment that are no work but a ring: somebody who looks again at once, for ever. */
const ring = 10_000;

/** Time that passes only when everything that could happen now has happened. */
export class VirtualClock implements Clock {
  #now = Date.parse('2026-11-01T12:00:00.250Z');
  #timers: Timer[] = [];
  #order = 0;
  #atOnce = 0;

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    // Node's timers run at once then.
    if (!Number.isFinite(ms)) throw new RangeError(`Expected a timer to have an end, got ${ms} ms.`);
    const timer = { at: this.#now + Math.max(0, ms), order: (this.#order += 1), run };
    const place = this.#timers.findIndex(({ at }) => at > timer.at);
    this.#timers.splice(place < 0 ? this.#timers.length : place, 0, timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Lets so much time pass. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    for (let next = this.#timers[0]; next !== undefined && next.at <= until; next = this.#timers[0]) {
      await this.#fire(next);
    }
    this.#now = until;
  }

  /**
   * Lets time pass until `done` settles.
   *
   * @throws Error when nothing is left that could happen
   */
  async until<T>(done: Promise<T>): Promise<T> {
    let over = false;
    const outcome = done.finally(() => (over = true));
    outcome.catch(() => {});
    for (await settled(); !over;) {
      const [next] = this.#timers;
      if (next === undefined) throw new Error('Nothing is left that could happen.');
      await this.#fire(next);
    }
    return outcome;
  }

  async #fire(timer: Timer): Promise<void> {
    this.#timers.shift();
    this.#atOnce = timer.at > this.#now ? 0 : this.#atOnce + 1;
    if (this.#atOnce > ring) throw new Error(`${ring} timers have run, and no time has passed.`);
    this.#now = Math.max(this.#now, timer.at);
    timer.run();
    await settled();
  }
}

/** When all that needs no time has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Numbers from 0 to below 1, the same ones for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
