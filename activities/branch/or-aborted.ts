/**
 * What `work` comes to, or the reason of the abort if that is sooner: for work that cannot be aborted itself.
 *
 * @throws what `work` throws, or the signal's reason
 */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, aborted]);
}
