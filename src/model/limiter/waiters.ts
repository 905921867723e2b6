interface Waiter<Ask, Granted> {
  ask: Ask;
  settle: { grant: (granted: Granted) => void; refuse: (reason: unknown) => void };
}

/**
 * Those who wait, in order of arrival.
 *
 * Waiters-1. Who is aborted while waiting has left the queue, and is rejected with the abort's reason.
 * Waiters-2. Everybody is granted or refused once.
 */
export class Waiters<Ask, Granted> {
  readonly #queue = new Set<Waiter<Ask, Granted>>();

  get size(): number {
    return this.#queue.size;
  }

  /** What the one who waits longest asks. */
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

  /** Grants the first what it asks for. */
  grantFirst(granted: Granted): void {
    for (const { settle } of this.#queue) return settle.grant(granted);
  }

  /** Refuses those whose ask gets a reason. */
  refuse(reasonFor: (ask: Ask) => unknown): void {
    for (const { ask, settle } of this.#queue) {
      const reason = reasonFor(ask);
      if (reason !== undefined) settle.refuse(reason);
    }
  }
}
