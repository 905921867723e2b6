/** Where the lines of a text begin. */
export class Lines {
  readonly #starts = [0];

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  /** The line and column of a place, both from 1; columns in UTF-16 code units. */
  of(at: number): { line: number; column: number } {
    const line = lastUpTo(this.#starts, at);
    return { line: line + 1, column: at - (this.#starts[line] ?? 0) + 1 };
  }
}

/** The place of the last of ascending numbers that is no larger; 0 where there is none. */
function lastUpTo(ascending: readonly number[], most: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((ascending[middle] ?? 0) <= most) low = middle;
    else high = middle - 1;
  }
  return low;
}
