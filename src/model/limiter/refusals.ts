import { formatDuration } from '../../contract/duration.js';
import { TurnedAway } from './turned-away.js';

/** The longest that a call waits for an API that lets nothing through. */
export interface Bound {
  /** From when it is counted at the earliest, milliseconds since the epoch. */
  sinceMs: number;
  /** Milliseconds. */
  mostMs: number;
}

/**
 * For how long the API has let nothing through.
 *
 * Refusals-1. A pause that is asked for once is waited out, however long it is; what counts is an API that refuses the first call after
 *     it again. Then the time counts from its first refusal.
 */
export class Refusals {
  #sinceMs: number | undefined;
  #reason = '';
  #isRepeated = false;
  #leastMs = Infinity;

  /** The API has told a call to slow down. */
  refused(isAfterPause: boolean, reason: string | undefined, nowMs: number): void {
    this.#sinceMs ??= nowMs;
    this.#reason = reason ?? 'it gives no reason';
    this.#isRepeated ||= isAfterPause;
  }

  /** The API has let a call through. */
  ended(): void {
    this.#sinceMs = undefined;
    this.#isRepeated = false;
    this.#leastMs = Infinity;
  }

  /** How long nothing went through, and why, where that is longer than a call waits; `undefined` where it is not. */
  tooLong({ sinceMs, mostMs }: Bound, nowMs: number): { ms: number; reason: string } | undefined {
    this.#leastMs = Math.min(this.#leastMs, mostMs);
    if (this.#sinceMs === undefined || !this.#isRepeated) return undefined;
    if (nowMs - Math.max(this.#sinceMs, sinceMs) <= mostMs) return undefined;
    return { ms: nowMs - this.#sinceMs, reason: this.#reason };
  }

  /** Whether calls that wait elsewhere would be told so as well. */
  isHopeless(nowMs: number): boolean {
    return this.#isRepeated && this.#sinceMs !== undefined && nowMs - this.#sinceMs > this.#leastMs;
  }
}

/** What a call is told that an API which lets nothing through has kept for too long. */
export function hopeless({ ms, reason }: { ms: number; reason: string }, { mostMs }: Bound): TurnedAway {
  return new TurnedAway(
    'TimedOut',
    `The API has told every call for ${formatDuration(ms)} to slow down (429: ${reason}), longer than the ${formatDuration(mostMs)} that a branch may take.`,
  );
}
