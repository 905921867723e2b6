import { apart, lineOf, rowsOf } from './rows.js';
import type { Line, Row } from './rows.js';
import { columnsOf, guttersOf, hasBothSides, withRow } from './gutters.js';
import type { Span } from './gutters.js';
import type { Piece } from './piece.js';
import { isProse } from './prose.js';
import { tableOf } from './table-rows.js';

/** A part of a page, in the order in which it is read. */
export type Block = { kind: 'lines'; lines: Line[] } | { kind: 'table'; rows: string[][] };

/** Columns inside of columns that are looked for. */
const mostDepth = 3;

/** Most rows that are looked at together, and most looks at a row on one page: usual pages need some thousands. */
const mostRows = 400;
const mostLooks = 50_000;

/** Most columns, with all blanks between words that stand below each other. */
const mostSpans = 60;

/** Distances between two baselines, in heights of letters: of a line that is left out, of something new, and of what has no part in it. */
const [leftOut, farBelow, veryFarBelow] = [1.9, 2.2, 4.4];

/** Lines nearer than this to each other belong to cells beside each other. */
const overlapping = 0.85;

/** A column of which the widest line is this share of the page is the only one. */
const widestColumn = 0.6;

/** Room between the columns of a table of two rows, in heights of letters: that of blanks between words may be as wide as usual. */
const apartOfTwo = 1.5;

/** How often a row may be looked at. */
interface Looks {
  left: number;
}

/** The end of columns or a table, and what they are. */
interface Found {
  end: number;
  blocks: Block[];
}

/**
 * The blocks of pieces: columns of prose one after the other, tables row by row.
 *
 * Columns-1. No piece is lost, and none is there twice.
 * Columns-2. A gutter is free of text from the first to the last row of its columns.
 * Columns-3. The time for a page is bounded, whatever is on it: columns are no longer looked for when it is used up.
 */
export function blocksOf(pieces: readonly Piece[], looks = { left: mostLooks }, depth = 0): Block[] {
  const rows = rowsOf(pieces);
  const blocks: Block[] = [];
  let plain: Row[] = [];
  const endPlain = () => {
    if (plain.length > 0) blocks.push({ kind: 'lines', lines: plain.map((row) => lineOf(row.pieces)) });
    plain = [];
  };
  for (let at = 0; at < rows.length;) {
    const found =
      depth < mostDepth ? (proseFrom(rows, at, looks, depth) ?? tableFrom(rows, at, looks, depth)) : undefined;
    if (found === undefined) {
      plain.push(rows[at] as Row);
      at += 1;
      continue;
    }
    endPlain();
    blocks.push(...found.blocks);
    at = found.end;
  }
  endPlain();
  return blocks;
}

/**
 * Columns of prose that begin with a row, as long as there is room between them. Where all of them leave out a line, only more prose
 * goes on with them.
 */
function proseFrom(rows: readonly Row[], from: number, looks: Looks, depth: number): Found | undefined {
  let [spans, end, prose]: [Span[], number, number] = [[], from, from];
  const { width, size } = rows[from] as Row;
  const columns = (start: number) => columnsOf(rows.slice(start, end), guttersOf(spans, apart * size));
  for (; end < Math.min(rows.length, from + mostRows); end += 1) {
    const row = rows[end] as Row;
    looks.left -= 1;
    if (looks.left < 0 || spans.length > mostSpans) return undefined;
    if (end > from && isFarBelow(rows, end, leftOut)) {
      // Headings alone may come first.
      if (goesOn(columns(prose), prose === from)) prose = end;
      else if (prose > from || isFarBelow(rows, end, veryFarBelow)) break;
    }
    const next = withRow(spans, row);
    const [first, last] = [next[0] as Span, next.at(-1) as Span];
    if (guttersOf(next, apart * size).length === 0 && last[1] - first[0] > widestColumn * width) break;
    spans = next;
  }
  if (goesOn(columns(prose), prose === from)) prose = end;
  if (prose === from) return undefined;
  const taken = rows.slice(from, prose);
  spans = taken.reduce<Span[]>((sum, row) => withRow(sum, row), []);
  const found = columnsOf(taken, guttersOf(spans, apart * size));
  return { end: prose, blocks: found.flatMap((column) => blocksOf(column.flat(), looks, depth + 1)) };
}

/** One column alone may be longer than the others, and not begin before them. */
function goesOn(columns: readonly Piece[][][], isFirst: boolean): boolean {
  const written = columns.filter((column) => column.some((cell) => cell.length > 0));
  return isProse(written) && (written.length > 1 || (!isFirst && columns.length > 1));
}

/** A table that begins with a row. It ends where text crosses one of its gutters. */
function tableFrom(rows: readonly Row[], from: number, looks: Looks, depth: number): Found | undefined {
  const size = (rows[from] as Row).size;
  let spans = withRow([], rows[from] as Row);
  let gutters = guttersOf(spans, apart * size);
  const below = rows[from + 1];
  const isBeside = below !== undefined && below.baseline - (rows[from] as Row).baseline < overlapping * size;
  if (gutters.length === 0 && !isBeside) return undefined;
  let both = Math.min(1, gutters.length);
  let end = from + 1;
  for (let at = from + 1; at < Math.min(rows.length, from + mostRows); at += 1) {
    const row = rows[at] as Row;
    looks.left -= 1;
    if (looks.left < 0 || spans.length > mostSpans) return undefined;
    if (isFarBelow(rows, at, at > end ? farBelow : veryFarBelow)) break;
    const next = withRow(spans, row);
    const left = guttersOf(next, apart * size);
    if ((left.length === 0 && at > from + 1) || (both > 1 && left.length < gutters.length)) break;
    [spans, gutters] = [next, left];
    const isWhole = gutters.some((gutter) => hasBothSides(row, gutter));
    if (isWhole) both += 1;
    // A line of the last row may go on below it, if not in the first column.
    const goesOn = row.baseline - (rows[at - 1] as Row).baseline < 1.3 * row.size && at === end;
    if (isWhole || (goesOn && (row.pieces[0]?.left ?? 0) > (gutters[0]?.[0] ?? 0))) end = at + 1;
  }
  const taken = rows.slice(from, end);
  const union = taken.reduce<Span[]>((sum, row) => withRow(sum, row), []);
  gutters = guttersOf(union, (both < 3 ? apartOfTwo : apart) * size);
  const count = taken.filter((row) => gutters.some((gutter) => hasBothSides(row, gutter))).length;
  if (count < (depth > 0 ? 3 : 2)) return undefined;
  const columns = columnsOf(taken, gutters);
  if (isList(columns)) return { end, blocks: [{ kind: 'lines', lines: taken.map(({ pieces }) => lineOf(pieces)) }] };
  return { end, blocks: [{ kind: 'table', rows: tableOf(taken, columns) }] };
}

/** What stands before the items of a list, apart from them. */
const mark = /^(?:[•◦▪●○■□‣⁃∙·*–—-]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\(?[ivxIVX]{1,5}[.)])$/u;

/** Whether the first of two columns has nothing but marks of a list. */
function isList(columns: readonly (readonly Piece[][])[]): boolean {
  const [marks = []] = columns;
  const written = marks.filter((cell) => cell.length > 0);
  return columns.length === 2 && written.every((cell) => mark.test(lineOf(cell).text));
}

function isFarBelow(rows: readonly Row[], at: number, distance: number): boolean {
  const [above, row] = [rows[at - 1] as Row, rows[at] as Row];
  return row.baseline - above.baseline > distance * Math.min(above.size, row.size);
}
