import type { CallAsk, CallOutcome, Limiter, Permit } from '../../../src/model/limiter/index.js';
import type { VirtualClock } from './virtual-clock.js';

/** Callers of a limiter, and what a limiter that keeps its word owes them. */
export class Crowd {
  /** Numbers of those who left, in that order; they asked in the order of their numbers. */
  readonly left: number[] = [];
  /** Those who left before the API allowed it. */
  readonly tooEarly: number[] = [];
  /** Why others were turned away. */
  readonly turnedAway: unknown[] = [];
  readonly #permits: Permit[] = [];
  readonly #waiting = new Map<number, AbortController>();
  #asked = 0;
  #notBefore = -Infinity;

  constructor(
    readonly limiter: Limiter,
    readonly clock: VirtualClock,
  ) {}

  get inFlight(): number {
    return this.#permits.length;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  ask(ask: CallAsk = {}): void {
    this.#asked += 1;
    const number = this.#asked;
    const abort = new AbortController();
    this.#waiting.set(number, abort);
    this.limiter.dispatch(ask, abort.signal).then(
      (permit) => {
        this.#waiting.delete(number);
        this.#permits.push(permit);
        this.left.push(number);
        if (this.clock.now() < this.#notBefore) this.tooEarly.push(number);
      },
      (reason: unknown) => {
        this.#waiting.delete(number);
        if (!abort.signal.aborted) this.turnedAway.push(reason);
      },
    );
  }

  /** Ends a call, if there is one in flight. */
  end(which: number, outcome: CallOutcome): void {
    const [permit] = this.#permits.splice(which % Math.max(1, this.#permits.length), 1);
    if (permit === undefined) return;
    const askedMs = 'retryAfterMs' in outcome ? (outcome.retryAfterMs ?? 0) : 0;
    if (askedMs > 0) this.#notBefore = Math.max(this.#notBefore, this.clock.now() + askedMs);
    permit.end(outcome);
    // Only the first end counts.
    permit.end({ is: 'failed' });
    permit.release();
  }

  abort(which: number): void {
    const waiting = [...this.#waiting.values()];
    waiting[which % Math.max(1, waiting.length)]?.abort(new Error('no longer wanted'));
  }
}
