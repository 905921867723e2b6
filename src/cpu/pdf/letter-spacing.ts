/** What PDF.js says of a run of glyphs, as far as it is looked at. */
interface Run {
  str: string;
  fontName: string;
}

/** Letters with one blank between each: PDF.js puts one wherever letters stand a tenth of their height apart. */
const spaced = /^\p{L}(?: \p{L}){0,30}$/u;
const sameCase = /^(?:\p{Lu}+|\p{Lu}?\p{Ll}+)$/u;

/** Least letters that are taken for a word by themselves. */
const leastLetters = 4;

/**
 * The texts of runs, without the blanks that are there because a heading is set with room between its letters: `T E R M S` is `TERMS`. Shorter
 * words are put together beside longer ones.
 */
export function withoutLetterSpacing(runs: readonly Run[]): string[] {
  const words = runs.map(({ str }) =>
    spaced.test(str.trim()) ? str.replaceAll(/(?<=\p{L}) (?=\p{L})/gu, '') : undefined,
  );
  const isWord = words.map((word) => word !== undefined && word.trim().length >= leastLetters && isOne(word.trim()));
  const said = runs.flatMap(({ str }, at) => (str.trim() === '' ? [] : [at]));
  const texts = runs.map(({ str }) => str);
  for (const [place, at] of said.entries()) {
    const beside = [said[place - 1], at, said[place + 1]];
    const isAmong = beside.some(
      (each) => each !== undefined && isWord[each] === true && runs[each]?.fontName === runs[at]?.fontName,
    );
    const word = words[at];
    if (isAmong && word !== undefined) texts[at] = word;
  }
  return texts;
}

/** Letters of the alphabet in their order are none. */
function isOne(word: string): boolean {
  const codes = Array.from(word.toLowerCase(), (letter) => letter.codePointAt(0) ?? 0);
  return sameCase.test(word) && codes.slice(1).some((code, at) => code !== (codes[at] ?? 0) + 1);
}
