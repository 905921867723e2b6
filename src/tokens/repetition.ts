const slots = 1 << 12;
export const longestPeriod = 64;
/** Fewer are met by chance. */
const fewest = 8;

/** Whether a text goes over the same 1 to 64 characters again and again. */
export class Repetition {
  readonly #lastAt = new Int32Array(slots).fill(-longestPeriod - 1);
  #period = 0;
  #length = 0;

  constructor(readonly text: string) {}

  get period(): number {
    return this.#period;
  }

  /** How many characters have come as they had come a period before. */
  get length(): number {
    return this.#length;
  }

  /** @returns the length of what is repeated, where what ends at `at` has come a period before, and a whole period before that; else 0 */
  periodAt(at: number, beforeLast: number, last: number, code: number): number {
    const slot = (Math.imul(beforeLast, 0x9e3779b1) ^ Math.imul(last, 0x85ebca6b) ^ Math.imul(code, 0xc2b2ae35)) >>> 20;
    const period = this.#period;
    if (period > 0 && this.text.charCodeAt(at) === this.text.charCodeAt(at - period)) this.#length += 1;
    else {
      const distance = at - (this.#lastAt[slot] ?? 0);
      this.#period = distance <= longestPeriod ? distance : 0;
      this.#length = 0;
    }
    this.#lastAt[slot] = at;
    return this.#length >= period + fewest ? period : 0;
  }
}
