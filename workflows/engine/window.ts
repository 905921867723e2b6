import { CancellationScope } from '@temporalio/workflow';

/**
 * Lets at most `size` branches of one run be in flight. The others wait in the workflow, where everybody can see them in its
 * history.
 *
 * Window-1. Work is begun in the order in which it was handed in.
 * Window-2. A waiter whose scope is cancelled leaves the line and throws.
 */
export class Window {
  #inFlight = 0;
  readonly #waiting = new Set<() => void>();

  constructor(readonly size: number) {}

  /** Runs `work` once there is room for it. */
  async run<Value>(work: () => Promise<Value>): Promise<Value> {
    await this.#enter();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#inFlight < this.size) {
      this.#inFlight += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      this.#waiting.add(resolve);
      CancellationScope.current().cancelRequested.catch((cancelled: unknown) => {
        if (this.#waiting.delete(resolve)) reject(cancelled);
      });
    });
  }

  // Room passes straight to the next in line, so that nobody can slip in between.
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#inFlight -= 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
