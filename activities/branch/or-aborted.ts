/**
 * Waits for work that cannot be aborted itself: settles with `work`, or rejects with the reason of the abort if that is sooner.
 *
 * @throws what `work` throws, or the signal's reason
 */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, aborted]);
}
