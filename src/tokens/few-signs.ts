/** Characters that are looked at together, and the most different ones among them that are few: prose has some twenty. */
const blockLength = 64;
const fewest = 8;

/** Least share of changes from one sign to another among them: rows of one sign, and blanks that set lines in, are in the table. */
const leastChanges = 0.25;

/** Least weights, in parts of 64: of another sign than the one before it, and of the same once more. */
const [partOfOther, partOfSame] = [40, 24];

/**
 * Text that is written with a few signs only, and does not repeat itself: genes, Morse code, maps, rows of 0 and 1. The pairs of their signs stand
 * elsewhere in words, which tokenisers know, and they in none.
 */
export class FewSigns {
  #from = -1;
  #isOf = false;

  constructor(readonly text: string) {}

  /** Least weight of a character; 0 where there are enough signs. */
  partAt(at: number, last: number, code: number): number {
    if (this.#from === -1 || at >= this.#from + blockLength) this.#look(at);
    if (!this.#isOf) return 0;
    return code === last ? partOfSame : partOfOther;
  }

  #look(at: number): void {
    this.#from = at;
    const end = Math.min(this.text.length, at + blockLength);
    // What is left at the end is as what is before it.
    if (end - at < blockLength / 2 && at > 0) return;
    let changes = 0;
    const signs = new Set<number>();
    for (let place = at; place < end && signs.size <= fewest; place += 1) {
      const code = this.text.charCodeAt(place);
      signs.add(code);
      if (place > at && code !== this.text.charCodeAt(place - 1)) changes += 1;
    }
    this.#isOf = signs.size <= fewest && changes >= leastChanges * (end - at);
  }
}
