import type { Piece } from './piece.js';
import { lineOf } from './rows.js';
import type { Row } from './rows.js';

/** Rows nearer to each other than this, in heights of letters, are lines of cells that are centred beside each other. */
const overlapping = 0.85;

/** Lines of one cell are this near to each other, and rows are further apart by that factor. */
const [lineOfCell, furtherApart] = [1.3, 1.2];

/** The cells of a table. Lines of one cell are one. */
export function tableOf(rows: readonly Row[], columns: readonly Piece[][][]): string[][] {
  const cells = rows.map((_, at) => columns.map((column) => textOf(column[at] ?? [])));
  const pitches = rows.map((row, at) =>
    at === 0 ? Infinity : (row.baseline - (rows[at - 1] as Row).baseline) / row.size,
  );
  const usual = pitches.slice(1).toSorted((one, other) => other - one)[0] ?? 0;
  const table: string[][] = [];
  for (const [at, row] of cells.entries()) {
    const pitch = pitches[at] ?? 0;
    const last = table.at(-1);
    const goesOn = row[0] === '' && pitch <= lineOfCell && usual > furtherApart * pitch;
    if (last !== undefined && (pitch < overlapping || goesOn)) {
      for (const [column, text] of row.entries()) last[column] = `${last[column] ?? ''} ${text}`.trim();
    } else table.push([...row]);
  }
  return table;
}

function textOf(pieces: readonly Piece[]): string {
  return pieces.length === 0 ? '' : lineOf(pieces).text;
}
