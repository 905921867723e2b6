import { longestPeriod } from './repetition.js';

/** Room for how far a unit is from the mean of its pairs: all of its copies are as far. More than for a text that is as short. */
const margin = 1.08;
const spread = 2.2;

/** Least tokens of a character, by the length of the unit, and of a letter: parts of words are no words that tokenisers know. */
const [shortest, short] = [5, 8];
const leastInShortest = 0.75;
const [leastInShort, leastInLong, leastOfCapital] = [0.675, 0.42, 0.52];

/** Least tokens of a character of the first copies, and how many copies these are: what the unit took when it came first was told by the table alone. */
const leastInFirst = 0.625;
const firstCopies = 3;

/** A row of one sign has what the table says up to here, and beyond it what its sign takes in rows: see `runCosts`. */
export const longRun = 32;

const [other, sign, letter, capital] = [0, 1, 2, 3];

/** What the ASCII characters of a text take that goes over the same of them again and again: each as much as all of a unit on average. */
export class RepeatedUnit {
  /** Of the last characters, by their place. */
  readonly #costs = new Float64Array(longestPeriod);
  readonly #kinds = new Uint8Array(longestPeriod);
  #at = -1;
  #period = 0;
  #each = 0;

  /** @param cost tokens of a character by the characters before it, in any measure of which `whole` is one token */
  add(at: number, code: number, cost: number): void {
    const place = at % longestPeriod;
    this.#costs[place] = cost;
    this.#kinds[place] = kindOf(code);
    if (code <= 0xffff) return;
    const half = (at - 1) % longestPeriod;
    this.#costs[half] = 0;
    this.#kinds[half] = other;
  }

  /**
   * Tokens of each ASCII character of the unit of that length that ends here, before the margin of all.
   *
   * @param length how many characters have come as they had come a unit before
   */
  eachAt(at: number, { period, length }: { period: number; length: number }, whole: number): number {
    if (period !== this.#period || at - this.#at >= period) this.#each = this.#look(at, period, whole);
    [this.#at, this.#period] = [at, period];
    return length < firstCopies * period ? Math.max(this.#each, leastInFirst * whole) : this.#each;
  }

  #look(at: number, period: number, whole: number): number {
    let [cost, signs, letters, capitals] = [0, 0, 0, 0];
    for (let place = at - period + 1; place <= at; place += 1) {
      const kind = this.#kinds[place % longestPeriod];
      if (kind === other) continue;
      cost += this.#costs[place % longestPeriod] ?? 0;
      signs += 1;
      if (kind === letter) letters += 1;
      else if (kind === capital) capitals += 1;
    }
    const mean = cost / whole;
    const least =
      period <= shortest
        ? signs * leastInShortest
        : period <= short
          ? (letters + capitals) * leastInShort
          : letters * leastInLong + capitals * leastOfCapital;
    // No tokeniser takes more tokens than bytes.
    const tokens = Math.min(signs, Math.max(mean * margin + spread * Math.sqrt(mean), least));
    return ((tokens / signs) * whole) / margin;
  }
}

function kindOf(code: number): number {
  if (code > 96 && code < 123) return letter;
  if (code > 64 && code < 91) return capital;
  return code < 128 ? sign : other;
}
