import { setTimeout as sleep } from 'node:timers/promises';

/** The client has gone, or the server is stopping: nobody is left to answer. */
export class Hangup extends Error {
  constructor() {
    super('The connection is over.');
  }
}

/**
 * Waits; 0 does not wait at all.
 *
 * @throws Hangup as soon as the connection is over
 */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw new Hangup();
  if (!(ms > 0)) return;
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    throw new Hangup();
  }
}

/**
 * Never returns.
 *
 * @throws Hangup once the connection is over
 */
export function forever(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(new Hangup());
    else signal.addEventListener('abort', () => reject(new Hangup()), { once: true });
  });
}
