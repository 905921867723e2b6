import sliceAnsi from 'slice-ansi';
import wrapAnsi from 'wrap-ansi';

import { columnsOf, isPlain } from './columns-of.js';
import type { Screen } from '../world.js';
import { line, lines, paints, rendered, setIn, terminalLine, terminalText } from './terminal-text.js';
import type { Shown, TerminalText } from './terminal-text.js';

/** Cuts text to so many columns; colours stay whole. */
export function fitted(text: TerminalText, columns: number): TerminalText {
  return rendered(isPlain(text.text) ? text.text.slice(0, columns) : sliceAnsi(text.text, 0, columns));
}

/** Breaks text into rows of so many columns, so that no text can count on where the terminal breaks it. */
export function wrapped(text: Shown, columns: number): TerminalText[] {
  const rows = wrapAnsi(line`${text}`.text, Math.max(20, columns), { hard: true, trim: false, wordWrap: false });
  return rows.split('\n').map(rendered);
}

/** Foreign or own prose, broken between words where it is for a terminal; what is longer than a row, such as an address, stays whole. */
export function proseFor({ isTerminal, columns }: { isTerminal: boolean; columns: number }, text: Shown): TerminalText {
  const shown = line`${text}`;
  if (!isTerminal) return shown;
  const [indent = ''] = /^ */.exec(shown.text) ?? [];
  const rows = wrapAnsi(shown.text.trimStart(), Math.max(20, columns - 1 - indent.length)).split('\n');
  return terminalText(rows.map((row) => `${indent}${row}`).join('\n'));
}

/** Columns that are too few to show words in. */
const leastForWords = 12;

/** Prose that begins at a column and goes on there: on a terminal it is broken between words, and what is longer than a row stays whole. */
export function hung(
  text: string,
  column: number,
  { isTerminal, columns }: Pick<Screen, 'isTerminal' | 'columns'>,
): TerminalText {
  const width = Math.max(20, columns - 1 - column);
  return setIn(isTerminal ? wrapAnsi(terminalText(text).text, width) : text, ' '.repeat(column));
}

/** A line and the end of foreign prose behind it, as much as fits into so many columns. */
export function withEnd(before: TerminalText, prose: string, columns: number): TerminalText {
  const room = columns - columnsOf(before.text) - 4;
  if (room < leastForWords) return before;
  const shown = terminalLine(prose, Infinity).text;
  const width = columnsOf(shown);
  const end = width <= room ? shown : `…${sliceAnsi(shown, width - room + 1).trimStart()}`;
  return line`${before} · ${end}`;
}

/** Characters of the longest text that stands behind its name. */
const longest = 60;

/** What a workflow returned, a line for each field, where each is short; nothing where one needs more room. */
export function shortFields(output: object, screen: Screen): TerminalText | undefined {
  const fields = Object.entries(output);
  if (fields.length === 0 || !fields.every(([, value]) => isShort(value))) return undefined;
  const { bold } = paints(screen.colour);
  return lines([...fields.map(([name, value]) => line`${bold(name)}: ${String(value)}`), '']);
}

function isShort(value: unknown): boolean {
  if (typeof value === 'string') return value !== '' && value.length <= longest && !value.includes('\n');
  return value === null || typeof value === 'number' || typeof value === 'boolean';
}
