import { largest } from '../largest.js';
import { markdownTable } from '../markdown/table.js';
import type { Around } from './around.js';
import { isHidden } from './hidden.js';
import { attributeOf, findElement, isElement } from './parse-html.js';
import type { HtmlElement, HtmlNode } from './parse-html.js';

/** Most columns that a cell spans (HTML, 4.9.11), and most cells of a table whose spans are kept to. */
const mostSpanned = 1_000;
const mostCells = 1_000_000;

interface Cell {
  element: HtmlElement;
  text: string;
  isHead: boolean;
}

interface TableRow {
  row: HtmlElement;
  isHead: boolean;
  /** Rows from here to the end of its section. */
  left: number;
}

/** Writes nodes as blocks. */
type Blocks = (nodes: readonly HtmlNode[], around: Around) => string;

/** A table as one of Markdown. One that only sets things beside each other is written cell by cell. */
export function tableText(table: HtmlElement, around: Around, blocks: Blocks): string {
  const children = table.childNodes.filter((child): child is HtmlElement => isElement(child) && !isHidden(child));
  const caption = children
    .filter(({ tagName }) => tagName === 'caption')
    .map(({ childNodes }) => blocks(childNodes, around))
    .join('\n');
  const rows = rowsOf(children);
  const isOfData = isData(table, rows, caption);
  const cellAround = { ...around, depth: around.depth + 1, isInCell: around.isInCell || isOfData };
  const grid = gridOf(rows, (cell, isHead) => ({
    element: cell,
    text: blocks(cell.childNodes, isHead ? { ...cellAround, marks: new Set([...around.marks, 'strong']) } : cellAround),
    isHead,
  }));
  return [caption, isOfData ? written(grid, around) : cellByCell(grid)].filter((text) => text !== '').join('\n\n');
}

/** Rows by their section: the head first, the foot last, wherever they are in the document. */
function rowsOf(children: readonly HtmlElement[]): TableRow[] {
  const sections = children
    .filter(({ tagName }) => /^(thead|tbody|tfoot)$/.test(tagName))
    .map((section, at) => ({ section, at }))
    .toSorted((one, other) => placeOf(one.section) - placeOf(other.section) || one.at - other.at);
  return sections.flatMap(({ section }) =>
    section.childNodes
      .filter((row): row is HtmlElement => isElement(row) && row.tagName === 'tr' && !isHidden(row))
      .map((row, at, { length }) => ({ row, isHead: section.tagName === 'thead', left: length - at })),
  );
}

function placeOf({ tagName }: HtmlElement): number {
  return ['thead', 'tbody', 'tfoot'].indexOf(tagName);
}

function cellsOf(row: HtmlElement): HtmlElement[] {
  return row.childNodes.filter(
    (cell): cell is HtmlElement => isElement(cell) && /^t[dh]$/.test(cell.tagName) && !isHidden(cell),
  );
}

/** Whether a table says something by its rows and columns, and is not there for the looks. */
function isData(table: HtmlElement, rows: readonly { row: HtmlElement }[], caption: string): boolean {
  const role = attributeOf(table, 'role');
  if (role === 'presentation' || role === 'none') return false;
  const cells = rows.flatMap(({ row }) => cellsOf(row));
  if (caption !== '' || cells.some(({ tagName }) => tagName === 'th')) return true;
  if (rows.every(({ row }) => cellsOf(row).length < 2)) return false;
  const holds = /^(table|h[1-6]|form|article|section|nav|main)$/;
  return !cells.some((cell) => findElement(cell, ({ tagName }) => holds.test(tagName)) !== undefined);
}

/**
 * Cells by row and column. What spans rows is in each of them, and so is a heading in each of its columns; other text is in its first
 * column.
 */
function gridOf(
  rows: readonly TableRow[],
  cellOf: (cell: HtmlElement, isHead: boolean) => Cell,
): (Cell | undefined)[][] {
  const grid: (Cell | undefined)[][] = rows.map(() => []);
  const isTaken: boolean[][] = rows.map(() => []);
  let size = 0;
  for (const [at, { row, isHead, left }] of rows.entries()) {
    let column = 0;
    for (const element of cellsOf(row)) {
      while (isTaken[at]?.[column] === true) column += 1;
      const isHeading = isHead || element.tagName === 'th';
      const cell = cellOf(element, isHeading);
      const width = size > mostCells ? 1 : Math.min(mostSpanned, span(element, 'colspan') || 1);
      const height = size > mostCells ? 1 : Math.min(left, span(element, 'rowspan') || left);
      size += width * height;
      for (let down = at; down < at + height; down += 1) {
        for (let right = column; right < column + width; right += 1) {
          (isTaken[down] as boolean[])[right] = true;
          if (right === column || isHeading) (grid[down] as (Cell | undefined)[])[right] = cell;
        }
      }
      column += width;
    }
  }
  return grid;
}

/** @returns 0 for `rowspan="0"`: to the end of the section */
function span(cell: HtmlElement, name: string): number {
  const given = Number.parseInt(attributeOf(cell, name) ?? '1', 10);
  return Number.isNaN(given) || given < 0 ? 1 : given;
}

function written(grid: readonly (readonly (Cell | undefined)[])[], { isInCell, isPlain }: Around): string {
  const heads = grid.findIndex((row, at) => !isHeading(row, at));
  const count = heads === -1 ? 1 : heads;
  const width = largest(
    grid.map((row) => row.length),
    0,
  );
  const text = (row: readonly (Cell | undefined)[]) => Array.from({ length: width }, (_, at) => row[at]?.text ?? '');
  // Markdown has one row of headings: several become one.
  const head = Array.from({ length: width }, (_, at) =>
    [...new Set(grid.slice(0, count).map((row) => row[at]?.text ?? ''))].filter((part) => part !== '').join(' / '),
  );
  const rows = count > 1 && count < grid.length ? [head, ...grid.slice(count).map(text)] : grid.map(text);
  // A table in a cell of another one, or in a hit, has a line for each row.
  if (isInCell || isPlain)
    return rows.map((row) => row.filter((cell) => cell !== '').join(isPlain ? ' ' : ', ')).join('\n');
  return markdownTable(rows);
}

/** Below the first row, one heading over everything begins a group of rows. */
function isHeading(row: readonly (Cell | undefined)[], at: number): boolean {
  if (row.length === 0 || row.some((cell) => cell?.isHead === false)) return false;
  return at === 0 || row.length === 1 || row.some((cell) => cell !== row[0]);
}

function cellByCell(grid: readonly (readonly (Cell | undefined)[])[]): string {
  const seen = new Set<Cell>();
  return grid
    .flat()
    .filter((cell) => cell !== undefined && cell.text !== '' && !seen.has(cell) && seen.add(cell))
    .map((cell) => cell?.text)
    .join('\n\n');
}
