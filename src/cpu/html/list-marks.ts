const roman: readonly (readonly [number, string])[] = [
  [1_000, 'm'],
  [900, 'cm'],
  [500, 'd'],
  [400, 'cd'],
  [100, 'c'],
  [90, 'xc'],
  [50, 'l'],
  [40, 'xl'],
  [10, 'x'],
  [9, 'ix'],
  [5, 'v'],
  [4, 'iv'],
  [1, 'i'],
];

/** What the kinds of marks are called in a style, and in `type`. */
const styled: Readonly<Record<string, string>> = {
  'lower-alpha': 'a',
  'lower-latin': 'a',
  'upper-alpha': 'A',
  'upper-latin': 'A',
  'lower-roman': 'i',
  'upper-roman': 'I',
};

/** The `type` that a list or an item has in its own style; `undefined` where it has none. */
export function styledType(style: string | undefined): string | undefined {
  const [, name = ''] =
    /(?:^|;)\s*list-style(?:-type)?\s*:\s*(?:[^;]*\s)?((?:lower|upper)-[a-z]+)/i.exec(style ?? '') ?? [];
  return styled[name.toLowerCase()];
}

/** The mark of an item, as its list's `type` has it: `3.`, `c.`, `III.` */
export function listMark(number: number, type: string): string {
  if (/^[aA]$/.test(type) && number > 0) return cased(letters(number), type === 'A');
  if (/^[iI]$/.test(type) && number > 0 && number < 4_000) return cased(romanNumeral(number), type === 'I');
  return `${number}.`;
}

function cased(mark: string, isUpper: boolean): string {
  return `${isUpper ? mark.toUpperCase() : mark}.`;
}

function letters(number: number): string {
  let mark = '';
  for (let rest = number; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    mark = String.fromCodePoint(97 + ((rest - 1) % 26)) + mark;
  }
  return mark;
}

function romanNumeral(number: number): string {
  let mark = '';
  let rest = number;
  for (const [value, letter] of roman) {
    while (rest >= value) {
      mark += letter;
      rest -= value;
    }
  }
  return mark;
}
