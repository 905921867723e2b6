/** Numbers that follow from a seed alone (mulberry32 by T. Ettinger, in the public domain). */
export class Random {
  #state;

  /** @param {number} seed an integer from 0 to 2^32 - 1 */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to 1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer from `least` to `most`, both included. */
  integer(least, most) {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(share) {
    return this.next() < share;
  }

  pick(all) {
    return all[this.integer(0, all.length - 1)];
  }

  /** So many of them, each at most once. */
  some(all, count) {
    const left = [...all];
    return Array.from(
      { length: Math.min(count, left.length) },
      () => left.splice(this.integer(0, left.length - 1), 1)[0],
    );
  }

  /** Another source, so that what one part takes does not change what others get. */
  fork() {
    return new Random(Math.floor(this.next() * 2 ** 32));
  }
}
