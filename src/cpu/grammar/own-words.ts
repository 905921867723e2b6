/** Most words that are taken from a text: importing them takes time. */
const mostWords = 5_000;

/** In capitals, with digits, or with a capital inside: codes of currencies, abbreviations, names of programs. */
const code = /^(?:[\p{Lu}\d]{2,}s?|(?=.*\d)[\p{L}\d]+|[\p{L}\d]*\p{Ll}\p{Lu}[\p{L}\d]*)$/u;

/** A word after another in the same sentence. */
const insideSentence = /(?<=[\p{Ll}\d,;:)\]"”’'&*_]\s(?:[("“‘'*_[]*))\p{Lu}[\p{L}\d]+/gu;

/** What is put into quotation marks or made bold with a capital: a term that the text defines. */
const defined = /["“„«]\s?(\p{Lu}[^"“”„«»\n]{1,60})["”“»]|\*\*(\p{Lu}[^*\n]{1,60})\*\*/gu;

/** More names in a row: Lindqvist Logistics. */
const afterName = /(?<=\b\p{Lu}[\p{L}\d]+\s)\p{Lu}[\p{L}\d]+/gu;

/**
 * Words that a text brings along, and no dictionary needs to know: names, terms that it defines, codes. In headings every word may have a
 * capital, which says nothing there.
 */
export function ownWordsOf(text: string): Set<string> {
  const prose = text.replace(/^\s*#.*$/gm, '');
  const words = new Set<string>();
  const add = (found: Iterable<string>) => {
    for (const word of found) if (words.size < mostWords) words.add(word);
  };
  add((text.match(/[\p{L}\d]+/gu) ?? []).filter((word) => code.test(word)));
  add(prose.match(insideSentence) ?? []);
  for (const [, quoted, bold] of prose.matchAll(defined)) {
    add(((quoted ?? bold ?? '').match(/[\p{L}\d]+/gu) ?? []).filter((word) => /^\p{Lu}/u.test(word)));
  }
  add((prose.match(afterName) ?? []).filter((word) => !isLoud(word)));
  return words;
}

function isLoud(word: string): boolean {
  return word === word.toUpperCase();
}

/** Whether all words of a passage are among these; a possessive is its word, and a capital at a beginning is allowed. */
export function isOwn(passage: string, words: ReadonlySet<string>): boolean {
  if (words.size === 0) return false;
  if (words.has(passage.trim())) return true;
  const parts = passage.replace(/['’]s\b/gu, '').match(/[\p{L}\p{M}\d'’-]+/gu) ?? [];
  return parts.length > 0 && parts.every((part) => words.has(part) || words.has(decapitalised(part)));
}

function decapitalised(word: string): string {
  return word.charAt(0).toLowerCase() + word.slice(1);
}
