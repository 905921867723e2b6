interface Waiter {
  usd: number;
  decide: (granted: boolean) => void;
}

/** Sums of dollars are off by this much at the very most. */
const rounding = 1e-9;

/**
 * The most that a run, or a lane of one, may spend. A run's lives in workflow code, so that history keeps it through every crash.
 *
 * Budget-1. What is spent and what is set aside never exceeds the limit, as long as no question costs more than was set aside for
 *     it.
 * Budget-2. Who asks for more than is left waits while others may give something back, and is refused when nobody can any more.
 * Budget-3. Those who wait are served in the order in which they asked.
 */
export class Budget {
  #spentUsd = 0;
  #reservedUsd = 0;
  readonly #waiting = new Set<Waiter>();

  /** @param limitUsd `Infinity` where there is no budget */
  constructor(readonly limitUsd: number) {}

  /**
   * Sets dollars aside; `false` when they will never be there.
   *
   * @param cancelled rejects when the wait is to end
   * @throws what `cancelled` rejects with
   */
  async reserve(usd: number, cancelled: Promise<never>): Promise<boolean> {
    if (this.limitUsd === Infinity) return true;
    return new Promise<boolean>((resolve, reject) => {
      const waiter: Waiter = { usd, decide: resolve };
      this.#waiting.add(waiter);
      cancelled.catch((reason: unknown) => {
        if (!this.#waiting.delete(waiter)) return;
        reject(reason);
        this.#serve();
      });
      this.#serve();
    });
  }

  /** Gives back what was set aside, less what was spent of it. */
  settle(reservedUsd: number, spentUsd: number): void {
    this.#reservedUsd -= reservedUsd;
    this.#spentUsd += spentUsd;
    this.#serve();
  }

  /** What is neither spent nor set aside. */
  get leftUsd(): number {
    return this.limitUsd - this.#spentUsd - this.#reservedUsd;
  }

  #serve(): void {
    for (const waiter of this.#waiting) {
      const fits = this.#spentUsd + this.#reservedUsd + waiter.usd <= this.limitUsd + rounding;
      if (!fits && this.#reservedUsd > rounding) return;
      this.#waiting.delete(waiter);
      if (fits) this.#reservedUsd += waiter.usd;
      waiter.decide(fits);
    }
  }
}
