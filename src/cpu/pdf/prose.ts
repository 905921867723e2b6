import { largest } from '../largest.js';
import type { Piece } from './piece.js';
import { lineOf } from './rows.js';
import type { Line } from './rows.js';

/** Least lines of a column, most columns, and most distance between lines in heights of letters. */
const [leastLines, mostColumns, mostPitch] = [3, 4, 1.75];

/** Least words on a line, and least width of lines as a share of their column's: that of the mean line. */
const [leastWords, leastFill] = [2.5, 0.5];

/**
 * Whether columns are to be read one after the other: they stand side by side, and have sentences, with several words on each line, the
 * lines close together and nearly as wide as the column.
 */
export function isProse(columns: readonly (readonly Piece[][])[]): boolean {
  if (columns.length > mostColumns) return false;
  const lines = columns.map((column) => column.filter((cell) => cell.length > 0).map((cell) => lineOf(cell)));
  return (
    lines.every((each) => isOfSentences(each)) && lines.slice(1).every((each, at) => areBeside(lines[at] ?? [], each))
  );
}

function isOfSentences(lines: readonly Line[]): boolean {
  if (lines.length < leastLines) return false;
  const width = largest(lines.map(({ left, right }) => right - left));
  const fill = mean(lines.map(({ left, right }) => (right - left) / width));
  const pitches = lines.slice(1).map(({ baseline, size }, at) => (baseline - (lines[at] as Line).baseline) / size);
  return (
    mean(lines.map(({ text }) => wordsIn(text))) >= leastWords && fill >= leastFill && median(pitches) <= mostPitch
  );
}

/** Whether half of the lower one's height is beside the other one. */
function areBeside(left: readonly Line[], right: readonly Line[]): boolean {
  const [from, to] = [left, right].map((lines) => [lines[0]?.baseline ?? 0, lines.at(-1)?.baseline ?? 0] as const) as [
    readonly [number, number],
    readonly [number, number],
  ];
  const both = Math.min(from[1], to[1]) - Math.max(from[0], to[0]);
  return both > 0.5 * Math.min(from[1] - from[0], to[1] - to[0]);
}

/** Words with letters; scripts without blanks have two characters to a word. */
function wordsIn(text: string): number {
  const unparted = text.match(/[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]/gu)?.length ?? 0;
  return text.split(/\s+/).filter((word) => /\p{L}/u.test(word)).length + Math.floor(unparted / 2);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / (numbers.length || 1);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}
