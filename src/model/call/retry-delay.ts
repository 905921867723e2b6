/** Longer than this is not waited for: the run says so instead of seeming to hang. */
export const longestRetryAfterMs = 15 * 60_000;

const firstMs = 1_000;
const longestMs = 30_000;

/**
 * Milliseconds until the next try.
 *
 * - The API asked for a wait: that long and up to a quarter more, at least a second, at most 30 s, so that those who were all
 *   told the same do not all come back at once. Never earlier than asked.
 * - Otherwise exponential backoff with full jitter, from 1 s to 30 s; a throttled call waits at least half of it ("equal
 *   jitter"), because a wait of nothing is no answer to "slow down". Both: Marc Brooker, "Exponential Backoff And Jitter",
 *   AWS Architecture Blog, 2015.
 *
 * @param tries tries that ended like this one, this one included
 * @param random from 0 to below 1
 */
export function retryDelayMs(
  { askedMs, tries, throttled }: { askedMs: number | undefined; tries: number; throttled: boolean },
  random: () => number = Math.random,
): number {
  if (askedMs !== undefined) {
    return Math.ceil(askedMs + random() * Math.min(longestMs, Math.max(firstMs, askedMs / 4)));
  }
  const ceiling = Math.min(longestMs, firstMs * 2 ** Math.min(Math.max(tries, 1) - 1, 16));
  const floor = throttled ? ceiling / 2 : 0;
  return Math.max(1, Math.round(floor + random() * (ceiling - floor)));
}
