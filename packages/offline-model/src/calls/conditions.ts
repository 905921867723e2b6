/** How long somebody waits. */
export interface Patience {
  /** Milliseconds. Default 30,000. */
  timeoutMs?: number;
}

interface Waiter {
  holds(): boolean;
  done(): void;
}

/** What is waited for to become true. */
export class Conditions {
  readonly #waiters = new Set<Waiter>();

  /** Asks everybody again. */
  changed(): void {
    for (const waiter of this.#waiters) if (waiter.holds()) waiter.done();
  }

  /** @throws Error after the timeout, with what `state` says then */
  until(holds: () => boolean, { timeoutMs = 30_000 }: Patience = {}, state: () => string): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      const waiter = {
        holds,
        done: () => {
          leave();
          resolve();
        },
      };
      const timer = setTimeout(() => {
        leave();
        reject(new Error(`Offline model: still waiting after ${timeoutMs} ms: ${state()}.`));
      }, timeoutMs);
      this.#waiters.add(waiter);
    });
  }
}
