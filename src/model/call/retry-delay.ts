import { backoffMs } from '../backoff.js';

/** Longest wait, in milliseconds. With a longer one the run says so, instead of seeming to hang. */
export const longestRetryAfterMs = 15 * 60_000;

const leastSpreadMs = 1_000;
const mostSpreadMs = 30_000;

/**
 * Milliseconds until the next try.
 *
 * - The API asked for a wait: that long and up to a quarter more, at least a second, at most 30 s, so that those who were all
 *   told the same do not all come back at once. Never earlier than asked.
 * - Otherwise {@link backoffMs}, for a throttled call with equal jitter.
 *
 * @param tries tries that ended like this one, this one included
 * @param random from 0 to below 1
 */
export function retryDelayMs(
  { askedMs, tries, throttled }: { askedMs: number | undefined; tries: number; throttled: boolean },
  random: () => number = Math.random,
): number {
  if (askedMs !== undefined) {
    return Math.ceil(askedMs + random() * Math.min(mostSpreadMs, Math.max(leastSpreadMs, askedMs / 4)));
  }
  return Math.max(1, Math.round(backoffMs(tries, throttled ? 'equal' : 'full', random)));
}
