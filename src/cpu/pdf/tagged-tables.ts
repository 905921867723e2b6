import { largest, smallest } from '../largest.js';
import { blocksOf } from './columns.js';
import type { Block } from './columns.js';
import type { Piece } from './piece.js';
import { lineOf, rowsOf } from './rows.js';

/** Most cells of a table whose places are compared, and most characters of one: a longer one is a part of a page that a table sets. */
const [mostCells, longestCell] = [2_000, 1_000];

/** Fewest cells of a row that is alone, as one that goes on from the page before is, and most characters of each: others set a page. */
const [fewestAlone, longestAlone] = [3, 200];

/** A cell as it stands on the page. */
interface Cell {
  text: string;
  row: number;
  left: number;
  right: number;
}

/**
 * The blocks of a page's pieces, with its tagged tables as they are tagged. Lines of their cells are apart by `\n`.
 *
 * TaggedTables-1. No piece is lost, and none is there twice: a table that has something beside it, or that sets a page, is read by its places.
 */
export function blocksWithTables(pieces: readonly Piece[]): Block[] {
  const byTable = new Map<number, Piece[]>();
  for (const piece of pieces) {
    if (piece.tagged === undefined) continue;
    const { table } = piece.tagged;
    byTable.set(table, [...(byTable.get(table) ?? []), piece]);
  }
  const tables = Array.from(byTable.values(), (own) => ({ own, ...extentOf(own), table: tableOf(own) }))
    .filter(({ table, own, top, bottom }) => {
      const isBeside = (piece: Piece) => piece.baseline > top && piece.baseline - 0.5 * piece.size < bottom;
      return (
        table !== undefined && !pieces.some((piece) => piece.tagged?.table !== own[0]?.tagged?.table && isBeside(piece))
      );
    })
    .toSorted((one, other) => one.top - other.top);
  const taken = new Set(tables.flatMap(({ own }) => own));
  let rest = pieces.filter((piece) => !taken.has(piece));
  const blocks: Block[] = [];
  for (const { top, table = [] } of tables) {
    blocks.push(...blocksOf(rest.filter(({ baseline }) => baseline <= top)), ...table);
    rest = rest.filter(({ baseline }) => baseline > top);
  }
  return [...blocks, ...blocksOf(rest)];
}

function extentOf(pieces: readonly Piece[]) {
  return {
    top: smallest(pieces.map(({ baseline, size }) => baseline - 0.75 * size)),
    bottom: largest(pieces.map(({ baseline }) => baseline)),
  };
}

function tableOf(pieces: readonly Piece[]): Block[] | undefined {
  const byCell = new Map<string, Piece[]>();
  for (const piece of pieces) {
    const key = `${piece.tagged?.row} ${piece.tagged?.cell}`;
    byCell.set(key, [...(byCell.get(key) ?? []), piece]);
  }
  const cells = Array.from(byCell.values(), (own): Cell => ({
    text: rowsOf(own)
      .map((row) => lineOf(row.pieces).text)
      .join('\n'),
    row: own[0]?.tagged?.row ?? 0,
    left: smallest(own.map(({ left }) => left)),
    right: largest(own.map(({ right }) => right)),
  }));
  if (cells.length > mostCells || cells.some(({ text }) => text.length > longestCell)) return undefined;
  const columns = columnsOf(cells);
  const rows = [...new Set(cells.map(({ row }) => row))].toSorted((one, other) => one - other);
  if (columns.length < 2) return undefined;
  const isTable =
    rows.length > 1 || (columns.length >= fewestAlone && cells.every(({ text }) => text.length <= longestAlone));
  // What is around a row has no part in it, such as the head of the page.
  if (!isTable) return blocksOf(pieces);
  const table = rows.map(() => columns.map(() => ''));
  for (const cell of cells) {
    const row = table[rows.indexOf(cell.row)] ?? [];
    const at = columns.findIndex(({ left, right }) => overlap(cell, { left, right }));
    row[at] = `${row[at] ?? ''} ${cell.text}`.trim();
  }
  return [{ kind: 'table', rows: table }];
}

interface Column {
  left: number;
  right: number;
  rows: ReadonlySet<number>;
  isNumeric: boolean;
}

/** What a gap is made wider by where a number would stand to the left of its head: more than a page is wide. */
const unlikely = 100_000;

/** Numbers, amounts and shares, which stand at the right of their column. */
const numeric = /^[^\p{L}]*\d[^\p{L}]*$/u;

/** Columns by the places of their texts: the tags that PDF.js gives say nothing of cells that span several, or are empty. */
function columnsOf(cells: readonly Cell[]): Column[] {
  const isSpanning = (cell: Cell) => {
    const below = new Map<number, number>();
    for (const other of cells) {
      if (other.row !== cell.row && overlap(cell, other)) below.set(other.row, (below.get(other.row) ?? 0) + 1);
    }
    return [...below.values()].some((count) => count > 1);
  };
  const single = cells.filter((cell) => !isSpanning(cell));
  let columns: Column[] = [];
  for (const { left, right, row, text } of single.toSorted((one, other) => one.left - other.left)) {
    const last = columns.at(-1);
    const column = { left, right, rows: new Set([row]), isNumeric: numeric.test(text) };
    if (last !== undefined && left < last.right) columns[columns.length - 1] = merged(last, column);
    else columns.push(column);
  }
  // A head to the left and numbers to the right of one column are in no row together.
  for (;;) {
    const gaps = columns.slice(1).flatMap((column, at) => {
      const before = columns[at] as Column;
      return [...column.rows].some((row) => before.rows.has(row))
        ? []
        : [{ at, gap: column.left - before.right + (before.isNumeric && !column.isNumeric ? unlikely : 0) }];
    });
    const nearest = gaps.toSorted((one, other) => one.gap - other.gap)[0];
    if (nearest === undefined) return columns;
    const [one, other] = columns.slice(nearest.at, nearest.at + 2) as [Column, Column];
    columns = [...columns.slice(0, nearest.at), merged(one, other), ...columns.slice(nearest.at + 2)];
  }
}

function merged(one: Column, other: Column): Column {
  return {
    left: Math.min(one.left, other.left),
    right: Math.max(one.right, other.right),
    rows: new Set([...one.rows, ...other.rows]),
    isNumeric: one.isNumeric && other.isNumeric,
  };
}

function overlap(one: { left: number; right: number }, other: { left: number; right: number }): boolean {
  return one.left < other.right && other.left < one.right;
}
