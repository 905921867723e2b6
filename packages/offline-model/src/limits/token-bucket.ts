/** A continuous token bucket: it fills steadily and is full at the start. Its level may fall below zero, for what is only known afterwards. */
export class TokenBucket {
  #level: number;
  #filledAt: number;

  /**
   * @param capacity most it holds
   * @param perMinute how fast it fills
   * @param now milliseconds since the epoch
   */
  constructor(
    readonly capacity: number,
    readonly perMinute: number,
    readonly now: () => number,
  ) {
    this.#level = capacity;
    this.#filledAt = now();
  }

  get level(): number {
    const now = this.now();
    this.#level = Math.min(this.capacity, this.#level + ((now - this.#filledAt) * this.perMinute) / 60_000);
    this.#filledAt = now;
    return this.#level;
  }

  take(amount: number): void {
    this.#level = this.level - amount;
  }

  /** Milliseconds until it holds so much; what it can never hold counts as a full bucket. */
  msUntil(amount: number): number {
    return Math.max(0, ((Math.min(amount, this.capacity) - this.level) * 60_000) / this.perMinute);
  }
}
