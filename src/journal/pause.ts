/**
 * Resolves after some milliseconds, or sooner when `until` settles.
 *
 * @throws the signal's reason, as soon as it is aborted
 */
export function pause(ms: number, signal?: AbortSignal, until?: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      if (signal?.aborted) reject(signal.reason as Error);
      else resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
    until?.then(end, end);
    if (signal?.aborted) end();
  });
}
