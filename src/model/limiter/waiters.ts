interface Waiter<Ask, Granted> {
  ask: Ask;
  settle: { grant: (granted: Granted) => void; refuse: (reason: unknown) => void };
}

/**
 * A queue of waiting calls or tasks, in order of arrival.
 *
 * Waiters-1. A waiter that is aborted has left the queue, and is rejected with the abort's reason.
 * Waiters-2. Every waiter is granted or refused once.
 */
export class Waiters<Ask, Granted> {
  readonly #queue = new Set<Waiter<Ask, Granted>>();

  get size(): number {
    return this.#queue.size;
  }

  /** The ask of the first waiter. */
  get first(): Ask | undefined {
    for (const { ask } of this.#queue) return ask;
    return undefined;
  }

  /** @param onLeft called when an abort has taken the waiter out of the queue */
  join(ask: Ask, signal: AbortSignal | undefined, onLeft: () => void): Promise<Granted> {
    return new Promise<Granted>((resolve, reject) => {
      const settled = () => {
        this.#queue.delete(waiter);
        signal?.removeEventListener('abort', leave);
      };
      const leave = () => {
        settled();
        reject(signal?.reason as Error);
        onLeft();
      };
      const waiter: Waiter<Ask, Granted> = {
        ask,
        settle: {
          grant: (granted) => {
            settled();
            resolve(granted);
          },
          refuse: (reason) => {
            settled();
            reject(reason as Error);
          },
        },
      };
      this.#queue.add(waiter);
      signal?.addEventListener('abort', leave);
    });
  }

  /** Grants the first waiter its ask. */
  grantFirst(granted: Granted): void {
    for (const { settle } of this.#queue) return settle.grant(granted);
  }

  /** Refuses each waiter for whose ask there is a reason. */
  refuse(reasonFor: (ask: Ask) => unknown): void {
    for (const { ask, settle } of this.#queue) {
      const reason = reasonFor(ask);
      if (reason !== undefined) settle.refuse(reason);
    }
  }
}
