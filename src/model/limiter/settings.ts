import type { Clock } from './clock.js';
import type { Change } from '../../contract/limiter.js';

/** What a limiter of model calls begins with. */
export interface LimiterSettings {
  /** Calls in flight at once: a ceiling, never a target. */
  ceiling: number;
  /** Calls in flight at once before anything is known of the API; 4 by default. */
  firstCap?: number | undefined;
  /** Calls in flight at once that a model class has taken before; `undefined` where nothing is known. */
  remembered?: ((modelClass: string) => number | undefined) | undefined;
  clock: Clock;
  /** From 0 to below 1. */
  random: () => number;
  /** Called when the limiter changes how much may leave, with the reason. */
  onChange?: (change: Change) => void;
}

/** Calls in flight before anything is known: what four branches need, and less than any paid tier refuses. */
export const defaultFirstCap = 4;

/** Milliseconds within which a refusal comes back, however long an answer takes. A call that is still open then was let in. */
export const refusalMs = 1_000;

/** Longest pause that is waited for, in milliseconds: `longestRetryAfterMs` of the retry delay, which limits know nothing of. */
export const longestPauseMs = 15 * 60_000;

/** Calls in flight before anything is known. */
export function firstCapOf({
  ceiling,
  firstCap = defaultFirstCap,
}: Pick<LimiterSettings, 'ceiling' | 'firstCap'>): number {
  return Math.min(firstCap, ceiling);
}
