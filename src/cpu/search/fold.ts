/**
 * Marks that are written or left out: accents of Latin, Greek and Cyrillic, vowel points of Hebrew and Arabic; and what is not seen (soft
 * hyphen, joiners, tatweel). Marks of other scripts are letters of their words.
 */
const optional = new RegExp(
  '[\\u0300-\\u036F\\u0483-\\u0487\\u0591-\\u05BD\\u05BF\\u05C1\\u05C2\\u05C4\\u05C5\\u05C7' +
    '\\u0610-\\u061A\\u0640\\u064B-\\u065F\\u0670\\u06D6-\\u06DC\\u1AB0-\\u1AFF\\u1DC0-\\u1DFF\\u20D0-\\u20FF' +
    '\\uFE20-\\uFE2F\\u00AD\\u200B-\\u200D\\u2060\\uFEFF]',
  'g',
);
const unseen = /\u00AD|\u200B|\u200C|\u200D|\u2060|\uFEFF/g;

/** Letters that Unicode does not take apart. */
const letters: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ŧ: 't',
  ı: 'i',
  ς: 'σ',
  // Arabic and Persian, as keyboards have them.
  ة: 'ه',
  ى: 'ي',
  ی: 'ي',
  ک: 'ك',
};
const apart = new RegExp(`[${Object.keys(letters).join('')}]`, 'g');

/** Digits as Arabic and Persian write them, at places that end in the digit. */
const arabicDigits = /[\u0660-\u0669\u06F0-\u06F9]/g;

/** A text in small letters and in one form for what looks the same (NFKC), without what is not seen. */
export function lower(text: string): string {
  return isAscii(text) ? text.toLowerCase() : text.replaceAll(unseen, '').normalize('NFKC').toLowerCase();
}

/** The same without accents: `Résumé` and `resume` are one. */
export function fold(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .replaceAll(optional, '')
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(optional, '')
    .replaceAll(apart, (letter) => letters[letter] ?? letter)
    .replaceAll(arabicDigits, (digit) => String(digit.charCodeAt(0) % 0x10));
}

/** A folded text, and where in the original each of its code units comes from. */
export interface Folded {
  text: string;
  /** One more than the text has code units: the last is the end. */
  origins: Uint32Array;
}

/** Folds character by character, each with its marks (those of half width, too), for whoever needs to find back. */
export function foldWithOrigins(text: string): Folded {
  const pieces: string[] = [];
  const origins: number[] = [];
  for (const { 0: character, index } of text.matchAll(/\P{M}?[\p{M}\uFF9E\uFF9F]*/gu)) {
    if (character === '') continue;
    const folded = fold(character);
    pieces.push(folded);
    for (let at = 0; at < folded.length; at += 1) origins.push(index);
  }
  return { text: pieces.join(''), origins: Uint32Array.from([...origins, text.length]) };
}

function isAscii(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- all of ASCII is meant
  return /^[\u0000-\u007F]*$/.test(text);
}
