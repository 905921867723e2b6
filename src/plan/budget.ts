interface Waiter {
  usd: number;
  decide: (granted: boolean) => void;
}

/** Largest error of sums of dollars. */
const rounding = 1e-9;

/**
 * The budget of a run, or of a lane of one. A run's budget lives in workflow code, so that history keeps it through every crash.
 *
 * Budget-1. Money spent and set aside never exceeds the limit, as long as no question costs more than was set aside for it.
 * Budget-2. A request for more than is left waits while others may give something back. It is refused when none can any more.
 * Budget-3. Waiting requests are served in the order in which they came.
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

  /** Gives back money that was set aside, less what was spent of it. */
  settle(reservedUsd: number, spentUsd: number): void {
    this.#reservedUsd -= reservedUsd;
    this.#spentUsd += spentUsd;
    this.#serve();
  }

  /** Money that is neither spent nor set aside. */
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
