import { largest, smallest } from '../largest.js';
import { blocks, heading, table } from './markdown.js';

/** A sheet of a workbook, as far as it has something. */
export interface Sheet {
  name: string;
  isHidden: boolean;
  /** Texts of cells by their columns, for each row that has any, by its number. Both count from 0. */
  rows: ReadonlyMap<number, ReadonlyMap<number, string>>;
  hiddenRows?: readonly number[];
  hiddenColumns?: readonly number[];
  /** What else is on it, such as comments. */
  notes?: readonly string[];
}

/** Most cells of a sheet's tables, with the empty ones between others. */
const mostCells = 10_000_000;

/** A heading, and a table for each block of rows: an empty row ends one. Columns that are empty in a block are left out. */
export function sheetMarkdown({
  name,
  isHidden,
  rows,
  hiddenRows = [],
  hiddenColumns = [],
  notes = [],
}: Sheet): string {
  const tables: string[] = [];
  let block: ReadonlyMap<number, string>[] = [];
  let last = -1;
  let cells = 0;
  const end = () => {
    if (block.length === 0) return;
    const columns = [...new Set(block.flatMap((row) => [...row.keys()]))].toSorted((left, right) => left - right);
    cells += columns.length * block.length;
    if (cells > mostCells)
      throw new Error(`Expected a sheet of at most ${mostCells} cells, got \`${name}\` with more.`);
    tables.push(table(block.map((row) => columns.map((column) => row.get(column) ?? ''))));
    block = [];
  };
  for (const [at, row] of [...rows].toSorted(([left], [right]) => left - right)) {
    if (row.size === 0) continue;
    if (at > last + 1 && !(at === last + 2 && isHeadOf(block, row))) end();
    block.push(row);
    last = at;
  }
  end();
  const hidden = [
    ...(hiddenRows.length > 0 ? [`rows ${ranges(hiddenRows, String)}`] : []),
    ...(hiddenColumns.length > 0 ? [`columns ${ranges(hiddenColumns, columnName)}`] : []),
  ];
  return blocks([
    heading(2, isHidden ? `${name} (hidden sheet)` : name),
    hidden.length === 0 ? '' : `Hidden in the sheet: ${hidden.join(', ')}.`,
    ...(tables.length === 0 ? ['(empty)'] : tables),
    ...notes,
  ]);
}

/** Fewest and most rows of such a head: below a single one pandas leaves no row empty. */
const [leastHead, mostHead] = [2, 3];

/**
 * Whether rows above an empty one are the head of what is below: pandas leaves a row empty there, for the names of the index whose columns
 * have no head. Its last row has all columns beside the index; a title or an address does not, or stands above a head without numbers.
 */
function isHeadOf(block: readonly ReadonlyMap<number, string>[], row: ReadonlyMap<number, string>): boolean {
  if (block.length < leastHead || block.length > mostHead) return false;
  const [first, last] = [smallest(block.flatMap((each) => [...each.keys()])), largest(row.keys())];
  const columns = Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
  return (
    smallest(row.keys()) < first &&
    block.every((each) => largest(each.keys()) <= last) &&
    columns.every((column) => row.has(column) && block.at(-1)?.has(column) === true) &&
    columns.some((column) => /\d/.test(row.get(column) ?? ''))
  );
}

/** A for the first column, AA for the one after Z. @param column from 1 */
function columnName(column: number): string {
  return (
    (column > 26 ? columnName(Math.floor((column - 1) / 26)) : '') + String.fromCodePoint(65 + ((column - 1) % 26))
  );
}

/** `B7` as its column and row, from 0. */
export function placeOf(reference: string): { column: number; row: number } | undefined {
  const [, letters, digits] = /^\$?([A-Z]{1,3})\$?(\d{1,7})/i.exec(reference) ?? [];
  if (letters === undefined) return undefined;
  const column = letters
    .toUpperCase()
    .split('')
    .reduce((sum, letter) => sum * 26 + (letter.codePointAt(0) ?? 0) - 64, 0);
  return { column: column - 1, row: Number(digits) - 1 };
}

/** Numbers from 0, named from 1 as ranges: `5, 7–9`. */
function ranges(numbers: readonly number[], named: (number: number) => string): string {
  const found: [number, number][] = [];
  for (const number of numbers.toSorted((left, right) => left - right)) {
    const last = found.at(-1);
    if (last !== undefined && number <= last[1] + 1) last[1] = number;
    else found.push([number, number]);
  }
  return found.map(([from, to]) => (from === to ? named(from + 1) : `${named(from + 1)}–${named(to + 1)}`)).join(', ');
}
