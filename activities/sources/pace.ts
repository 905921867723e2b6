import { setTimeout as sleep } from 'node:timers/promises';

/** Keeps requests of one process to one host as far apart as the host wants. */
export class Pace {
  readonly #nextAtMs = new Map<string, number>();

  constructor(readonly now: () => number = Date.now) {}

  /**
   * Waits until a request may leave.
   *
   * @param everyMs least milliseconds between two requests
   * @throws the signal's reason when it aborts
   */
  async wait(host: string, everyMs: number, signal: AbortSignal): Promise<void> {
    const now = this.now();
    const atMs = Math.max(now, this.#nextAtMs.get(host) ?? 0);
    this.#nextAtMs.set(host, atMs + everyMs);
    if (atMs > now) await sleep(atMs - now, undefined, { signal });
  }
}
