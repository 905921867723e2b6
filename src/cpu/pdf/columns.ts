import { apart, lineOf, rowsOf } from './rows.js';
import type { Line, Row } from './rows.js';
import type { Piece } from './piece.js';

/** A part of a page, in the order in which it is read. */
export type Block = { kind: 'lines'; lines: Line[] } | { kind: 'table'; rows: string[][] };

type Span = readonly [from: number, to: number];

/** Rows one below the other that leave the same room free between columns. */
interface Run {
  from: number;
  to: number;
  gutters: Span[];
}

/** Columns inside of columns that are looked for. */
const mostDepth = 3;

/** Least rows with text on both sides of a gutter that make a table, and columns of prose. */
const [leastOfTable, leastOfProse] = [2, 3];

/** Distance between two baselines, in heights of letters, above which something new begins. */
const farBelow = 2.2;

/**
 * The blocks of pieces: columns of prose one after the other, tables row by row.
 *
 * Columns-1. No piece is lost, and none is there twice.
 * Columns-2. A gutter is free of text from the first to the last row of its columns.
 */
export function blocksOf(pieces: readonly Piece[], depth = 0): Block[] {
  const rows = rowsOf(pieces);
  const blocks: Block[] = [];
  let plain: Row[] = [];
  const endPlain = () => {
    if (plain.length > 0) blocks.push({ kind: 'lines', lines: plain.map((row) => lineOf(row.pieces)) });
    plain = [];
  };
  for (let at = 0; at < rows.length;) {
    const run = depth < mostDepth ? runFrom(rows, at) : undefined;
    const found = run === undefined ? undefined : blocksOfRun(rows.slice(run.from, run.to), run.gutters, depth);
    if (run === undefined || found === undefined) {
      plain.push(rows[at] as Row);
      at += 1;
      continue;
    }
    endPlain();
    blocks.push(...found);
    at = run.to;
  }
  endPlain();
  return blocks;
}

/** The longest run that begins with a row. */
function runFrom(rows: readonly Row[], from: number): Run | undefined {
  let best: Run | undefined;
  for (const gap of gapsOf(rows[from] as Row)) {
    let free = gap;
    let to = from + 1;
    let end = to;
    for (; to < rows.length; to += 1) {
      const row = rows[to] as Row;
      const most = to > end ? farBelow : 2 * farBelow;
      if (row.baseline - (rows[to - 1] as Row).baseline > most * row.size) break;
      const rest = narrowed(free, row);
      if (rest === undefined) break;
      free = rest;
      if (hasBothSides(row, free)) end = to + 1;
    }
    // Prose of one column may go on below the end of the other one.
    const isLong = end - from >= leastOfProse;
    const last = isLong ? to : end;
    if (best === undefined || end - from > best.to - best.from) best = { from, to: last, gutters: [free] };
  }
  if (best === undefined || best.to - best.from < leastOfTable) return undefined;
  return { ...best, gutters: guttersOf(rows.slice(best.from, best.to)) };
}

/** What is free between the pieces of a row. */
function gapsOf(row: Row): Span[] {
  const gaps: Span[] = [];
  let end = row.pieces[0]?.right ?? 0;
  for (const piece of row.pieces) {
    if (piece.left - end >= apart * row.size) gaps.push([end, piece.left]);
    end = Math.max(end, piece.right);
  }
  return gaps;
}

/** What of a span a row leaves free, as far as that is a gutter. */
function narrowed([from, to]: Span, row: Row): Span | undefined {
  let spans: Span[] = [[from, to]];
  for (const { left, right } of row.pieces) {
    spans = spans.flatMap(([start, end]): Span[] =>
      right <= start || left >= end
        ? [[start, end]]
        : [
            [start, Math.min(end, left)],
            [Math.max(start, right), end],
          ],
    );
  }
  const widest = spans.toSorted((one, other) => other[1] - other[0] - (one[1] - one[0]))[0];
  return widest !== undefined && widest[1] - widest[0] >= apart * row.size ? widest : undefined;
}

function hasBothSides(row: Row, [from, to]: Span): boolean {
  return row.pieces.some(({ right }) => right <= from + 0.01) && row.pieces.some(({ left }) => left >= to - 0.01);
}

/** All that is free from the top to the bottom of rows, between text. */
function guttersOf(rows: readonly Row[]): Span[] {
  const spans = rows
    .flatMap((row) => row.pieces.map(({ left, right }): Span => [left, right]))
    .toSorted((one, other) => one[0] - other[0]);
  const least = apart * Math.min(...rows.map(({ size }) => size));
  const gutters: Span[] = [];
  let end = spans[0]?.[1] ?? 0;
  for (const [left, right] of spans) {
    if (left - end >= least) gutters.push([end, left]);
    end = Math.max(end, right);
  }
  return gutters;
}

/** @returns `undefined` where the rows are neither columns nor a table */
function blocksOfRun(rows: readonly Row[], gutters: readonly Span[], depth: number): Block[] | undefined {
  if (gutters.length === 0) return undefined;
  const bothSides = rows.filter((row) => gutters.some((gutter) => hasBothSides(row, gutter))).length;
  const columns = columnsOf(rows, gutters);
  if (bothSides >= leastOfProse && isProse(rows, columns)) {
    return columns.flatMap((column) => blocksOf(column.flat(), depth + 1));
  }
  if (bothSides < leastOfTable) return undefined;
  const lines = rows.map((_, at) =>
    columns.map((column) => {
      const cell = column[at] ?? [];
      return cell.length === 0 ? '' : lineOf(cell).text;
    }),
  );
  return [{ kind: 'table', rows: lines }];
}

/** The pieces of each row in each column. */
function columnsOf(rows: readonly Row[], gutters: readonly Span[]): Piece[][][] {
  const bounds = [-Infinity, ...gutters.map(([from, to]) => (from + to) / 2), Infinity];
  return bounds
    .slice(1)
    .map((to, at) => rows.map(({ pieces }) => pieces.filter(({ left }) => left >= (bounds[at] ?? 0) && left < to)));
}

/** Columns of sentences: several words on each line, the lines close together and nearly as wide as the column. */
function isProse(rows: readonly Row[], columns: readonly Piece[][][]): boolean {
  if (columns.length > 4) return false;
  const pitches = rows.slice(1).map((row, at) => (row.baseline - (rows[at] as Row).baseline) / row.size);
  if (median(pitches) > 1.7) return false;
  return columns.every((column) => {
    const lines = column.filter((cell) => cell.length > 0).map((cell) => lineOf(cell));
    if (lines.length < 2) return false;
    const width = Math.max(...lines.map(({ left, right }) => right - left));
    const fill = mean(lines.map(({ left, right }) => (right - left) / width));
    return mean(lines.map(({ text }) => wordsIn(text))) >= 2.5 && fill >= 0.5;
  });
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
