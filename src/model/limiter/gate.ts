import { refusalMs } from './settings.js';
import type { GateState } from '../../contract/limiter.js';

/** Milliseconds between two calls that ask whether a limit on spending has been raised, or the key is taken again. */
const askAgainMs = 60_000;

/**
 * Whether anything may leave at all.
 *
 * Gate-1. No call leaves before the time that the API asked for, and a little later at random, so that not all come back at once.
 * Gate-2. Then one call leaves alone. The gate opens once that call was let in: answered, or not refused within `refusalMs`.
 * Gate-3. A shut gate stays shut, but for one call a minute that asks again.
 */
export class Gate {
  #state: GateState = { is: 'open' };
  #probeAt: number | undefined;
  #askAgainAt = 0;

  /** @param random from 0 to below 1 */
  constructor(readonly random: () => number) {}

  state(nowMs: number): GateState {
    const state = this.#state;
    if (state.is === 'probing' && this.#probeAt !== undefined && nowMs - this.#probeAt >= refusalMs) {
      this.#state = { is: 'open' };
      this.#probeAt = undefined;
    }
    return this.#state;
  }

  /** Milliseconds until the next call may leave; `Infinity` where that depends on the one that is out. */
  msUntil(nowMs: number): number {
    const state = this.state(nowMs);
    switch (state.is) {
      case 'open':
        return 0;
      case 'closed':
        return Math.max(0, state.until - nowMs);
      case 'probing':
        return this.#probeAt === undefined ? 0 : this.#probeAt + refusalMs - nowMs;
      case 'shut':
        return this.#probeAt === undefined ? Math.max(0, this.#askAgainAt - nowMs) : Infinity;
    }
  }

  /** Closes the gate for at least so long. Returns whether it was open before. */
  close(ms: number, reason: string, nowMs: number): boolean {
    const wasOpen = this.#state.is === 'open';
    const until = nowMs + ms + this.random() * Math.min(30_000, Math.max(250, ms / 4));
    if (this.#state.is === 'shut' && this.#probeAt === undefined) {
      this.#askAgainAt = Math.max(this.#askAgainAt, until);
      return false;
    }
    this.#probeAt = undefined;
    if (this.#state.is !== 'closed' || this.#state.until < nowMs + ms) this.#state = { is: 'closed', until, reason };
    return wasOpen;
  }

  shut(reason: string, nowMs: number, type: 'SpendLimitReached' | 'Unauthenticated' = 'SpendLimitReached'): void {
    const closedUntil = this.#state.is === 'closed' ? this.#state.until : 0;
    this.#askAgainAt = Math.max(closedUntil, nowMs + askAgainMs);
    this.#state = { is: 'shut', reason, ...(type === 'Unauthenticated' && { type }) };
    this.#probeAt = undefined;
  }

  /** Takes in that a call leaves. Returns whether it is the first after a pause. */
  left(nowMs: number): boolean {
    if (this.#state.is === 'open') return false;
    this.#probeAt = nowMs;
    if (this.#state.is === 'closed') this.#state = { is: 'probing' };
    return true;
  }

  /**
   * Takes in that the first call came back: answered, or without a word about limits.
   *
   * @param leftAtMs when it left; one that left before the gate closed again says nothing about now
   */
  returned(answered: boolean, leftAtMs: number): void {
    if (leftAtMs !== this.#probeAt) return;
    this.#probeAt = undefined;
    if (answered) this.#state = { is: 'open' };
  }
}
