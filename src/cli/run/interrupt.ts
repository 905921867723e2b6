import type { World } from '../world.js';

/**
 * Runs `work` with a signal that the first SIGINT or SIGTERM aborts. The process's own handling is back from then on: a second
 * signal ends it.
 */
export async function interruptible<Value>(
  world: World,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const controller = new AbortController();
  const restore = world.onInterrupt(() => {
    controller.abort();
    // Whoever hears of the same signal next, such as who shows the cursor again, ends the process where nobody else listens.
    setImmediate(restore);
  });
  try {
    return await work(controller.signal);
  } finally {
    restore();
  }
}

/** Settles when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
