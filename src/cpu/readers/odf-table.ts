import { elementsOf } from './xml.js';
import type { Element } from './xml.js';

/** Most times that a cell or row that says something is repeated; sheets repeat their last format a million times. */
const mostRepeated = 1_000;

/** Most rows and columns that a cell spans. */
const mostSpanned = 1_000;

/** The rows of a table, those of its header and of groups too. */
export function rowsOf(element: Element): Element[] {
  return elementsOf(element).flatMap((child) => {
    if (child.name === 'table:table-row') return [child];
    return /^table:table-(?:header-rows|rows|row-group)$/.test(child.name) ? rowsOf(child) : [];
  });
}

/** How often a cell or row stands there. */
export function repeated(element: Element, what: 'columns' | 'rows'): number {
  return Math.min(mostRepeated, Number(element.attributes[`table:number-${what}-repeated`] ?? 1));
}

/** The cells of a table's rows, with their text in the first place that they cover. Pandoc leaves out covered cells, others write them. */
export function gridOf(rows: readonly Element[], textOfCell: (cell: Element) => string): string[][] {
  const covered = new Map<number, number>();
  return rows.map((row) => {
    const texts: string[] = [];
    const cells = elementsOf(row, 'table:table-cell', 'table:covered-table-cell');
    const span = (cell: Element, what: 'columns' | 'rows') =>
      Math.min(mostSpanned, Number(cell.attributes[`table:number-${what}-spanned`] ?? 1));
    const isCovered = (cell: Element | undefined) => cell?.name === 'table:covered-table-cell';
    const skip = (at: number) => {
      const left = covered.get(texts.length) ?? 0;
      if (left === 0 || isCovered(cells[at])) return false;
      covered.set(texts.length, left - 1);
      return texts.push('') > 0;
    };
    for (const [at, cell] of cells.entries()) {
      while (skip(at));
      const text = textOfCell(cell);
      for (let copy = 0; copy < repeated(cell, 'columns'); copy += 1) {
        const left = covered.get(texts.length) ?? 0;
        covered.set(texts.length, isCovered(cell) ? Math.max(0, left - 1) : span(cell, 'rows') - 1);
        texts.push(text);
      }
      const columns = span(cell, 'columns');
      if (columns === 1) continue;
      // Places below a cell of several rows and columns are covered, too.
      for (let more = 1; more < columns; more += 1) covered.set(texts.length + more - 1, span(cell, 'rows') - 1);
      if (isCovered(cells[at + 1])) continue;
      for (let more = 1; more < columns; more += 1) texts.push('');
    }
    return texts;
  });
}
