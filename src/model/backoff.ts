const firstMs = 1_000;
const longestMs = 30_000;

/**
 * Milliseconds until the next try, where nobody has said how long to wait: exponential, from 1 s to 30 s, with jitter. `full` may
 * come back at once. `equal` waits at least half, because a wait of nothing is no answer to "slow down" (Marc Brooker,
 * "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 *
 * @param tries failures in a row, from 1
 * @param random from 0 to below 1
 */
export function backoffMs(tries: number, jitter: 'full' | 'equal', random: () => number): number {
  const ceilingMs = Math.min(longestMs, firstMs * 2 ** Math.min(Math.max(tries, 1) - 1, 16));
  const floorMs = jitter === 'equal' ? ceilingMs / 2 : 0;
  return floorMs + random() * (ceilingMs - floorMs);
}
