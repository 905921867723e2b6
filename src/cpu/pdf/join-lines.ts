/** Letters of scripts that leave no blanks between words. */
const unparted =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Bopo}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}\u3000-\u303F\uFF00-\uFFEF]/u;

/** The first part of a word at the end of a line, with a hyphen after it, and the rest at the beginning of the next one. */
const before = /([\p{L}\p{M}]+(?:[-\u2010][\p{L}\p{M}]+)*)([-\u2010\u00AD])$/u;
const after = /^[\p{Ll}\p{M}]+/u;

/** Longest word whose hyphen is looked at, in UTF-16 code units. */
const longestWord = 80;

/** Beginnings of words that keep their hyphen. */
const kept = /^(self|ex|well|half|quasi|cross|vice)$/i;

/** Tells which words a document has inside of its lines, in small letters. */
export type HasWord = (word: string) => boolean;

/** The words of lines, those at their ends left out. */
export function wordsInside(lines: Iterable<string>): HasWord {
  const words = new Set<string>();
  for (const line of lines) {
    const found = line.toLowerCase().match(/[\p{L}\p{M}]+(?:[-\u2010][\p{L}\p{M}]+)*/gu) ?? [];
    for (const word of line.endsWith('-') ? found.slice(0, -1) : found) words.add(word.replaceAll('\u2010', '-'));
  }
  return (word) => words.has(word.toLowerCase().replaceAll('\u2010', '-'));
}

/** Two lines of one paragraph as one. A hyphen at the end of the first goes where it parts a word. */
export function joined(line: string, next: string, hasWord: HasWord): string {
  // A paragraph may be long, and its end says enough.
  const end = line.slice(-longestWord);
  const [, start, hyphen] = before.exec(end) ?? [];
  const rest = after.exec(next)?.[0];
  if (start !== undefined && rest !== undefined) {
    const stays = hyphen !== '\u00AD' && keepsHyphen(start, rest, hasWord);
    return (stays ? line : line.slice(0, -1)) + next;
  }
  // `2024-` and `X-` go on in the next line, too; a dash between words has a blank before it.
  if (/[\p{L}\p{N}][-\u2010]$/u.test(end)) return line + next;
  const isUnparted = unparted.test(line.at(-1) ?? '') && unparted.test(Array.from(next)[0] ?? '');
  return isUnparted ? line + next : `${line} ${next}`;
}

function keepsHyphen(start: string, rest: string, hasWord: HasWord): boolean {
  if (hasWord(start + rest)) return false;
  return /[-\u2010]/.test(start) || kept.test(start) || hasWord(`${start}-${rest}`);
}
