import wrapAnsi from 'wrap-ansi';

import { columnsOf } from './columns-of.js';

/** A character that no text has, in place of the parts of an address. */
const part = '\uF8FE';

/** What stands between blanks and colours. */
// oxlint-disable-next-line no-control-regex
const words = /(?<=^|\s|\u001B\[[\d;]*m)[^\s\u001B]+/g;

/**
 * Lines of at most so many columns, words whole; wide characters count as two. An address stays in one piece, however long: a terminal
 * wraps it so that it can still be opened.
 */
export function wrapped(text: string, columns: number): string[] {
  const addresses: string[] = [];
  const held = text.includes(part)
    ? text
    : text.replace(words, (word) => {
        if (!word.includes('://') || columnsOf(word) <= columns) return word;
        addresses.push(word);
        return part.repeat(columns);
      });
  return wrapAnsi(held, columns, { hard: true })
    .replace(new RegExp(`${part}{${columns}}`, 'g'), (hold) => addresses.shift() ?? hold)
    .split('\n')
    .map((line) => line.trimEnd());
}
