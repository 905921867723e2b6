const firstMs = 1_000;
const longestMs = 30_000;

/**
 * Milliseconds of a pause that nobody asked for: exponential with equal jitter, from 1 s to 30 s (Marc Brooker, "Exponential
 * Backoff And Jitter", AWS Architecture Blog, 2015).
 *
 * @param strikes refusals in a row, from 1
 * @param random from 0 to below 1
 */
export function backoffMs(strikes: number, random: () => number): number {
  const ceiling = Math.min(longestMs, firstMs * 2 ** Math.min(strikes - 1, 16));
  return (ceiling / 2) * (1 + random());
}
