import type { FileHandle } from 'node:fs/promises';

import { stringify as csvText } from 'csv-stringify/sync';
import { parse as parseCsv } from 'csv-parse/sync';
import { isLosslessNumber, stringify } from 'lossless-json';

import { parseExact } from '../read/json-rows.js';
import { isTorn, noRow } from '../run/no-row.js';
import type { RowRecord } from './row-record.js';
import { rowColumn, statusColumn } from './row-record.js';

/** A row that a file has already. */
export interface OldRow {
  key: unknown;
  status: unknown;
  /** As it stands there. */
  text: string;
  /** What it holds, as far as its format keeps that as it was. */
  fields?: RowRecord;
  /** The byte behind it. */
  end: number;
}

/** How rows are written to a file, one after the other, and read back. */
export interface RowFormat {
  /** What stands above the rows. */
  header(columns: readonly string[]): string;
  /** Whether a text is a header of such rows, and nothing else; absent where they have none. */
  isHeader?(text: string): boolean;
  row(record: RowRecord, columns: readonly string[]): string;
  /**
   * Whole rows from the first on, up to one that is cut.
   *
   * @param name of the file
   * @throws InputError where something in it is no row
   */
  read(file: FileHandle, name: string): AsyncGenerator<OldRow>;
}

/** JSON Lines. */
export const jsonLinesFormat: RowFormat = {
  header: () => '',
  row: (record) => `${stringify(record) ?? '{}'}\n`,
  async *read(file, name) {
    let line = 0;
    for await (const { bytes, end, isCut } of endedBy(file, false)) {
      const text = bytes.toString();
      const fields = parsed(text);
      line += 1;
      if (isCut && (fields === undefined ? isTorn(text, '{"') : rowColumn in fields)) return;
      if (isCut || fields === undefined) throw noRow(name, line, text);
      yield { key: fields[rowColumn], status: fields[statusColumn], text, fields, end };
    }
  },
};

/** A table with a header row. */
export function tableFormat(delimiter: ',' | '\t'): RowFormat {
  const lineOf = (cells: readonly string[]) => csvText([[...cells]], { delimiter });
  return {
    header: lineOf,
    isHeader: (text) => {
      try {
        const [cells = [], ...rows] = parseCsv(text, { delimiter, relax_column_count: true }) as string[][];
        return rows.length === 0 && text.endsWith('\n') && cells.includes(rowColumn) && cells.includes(statusColumn);
      } catch {
        return false;
      }
    },
    row: (record, columns) => lineOf(columns.map((name) => cellOf(record[name]))),
    async *read(file, name) {
      let header: string[] | undefined;
      let row = 0;
      for await (const { bytes, end, isCut } of endedBy(file, true)) {
        const text = bytes.toString();
        row += 1;
        if (isCut && (header !== undefined || /^\0*$/.test(text))) return;
        const cells = isCut ? [] : cellsOf(text, delimiter);
        if (header === undefined) {
          if (!cells.includes(rowColumn) || !cells.includes(statusColumn)) throw noRow(name, row, text);
          header = cells;
        } else if (cells.length !== header.length) throw noRow(name, row, text);
        else {
          const fields: RowRecord = Object.fromEntries(header.map((name, at) => [name, cells[at]]));
          yield { key: fields[rowColumn], status: fields[statusColumn], text, fields, end };
        }
      }
    },
  };
}

/** None where they cannot be told. */
function cellsOf(text: string, delimiter: string): string[] {
  try {
    return (parseCsv(text, { delimiter, relax_column_count: true }) as string[][])[0] ?? [];
  } catch {
    return [];
  }
}

function parsed(text: string): RowRecord | undefined {
  try {
    const row = parseExact(text);
    return typeof row === 'object' && row !== null ? (row as RowRecord) : undefined;
  } catch {
    return undefined;
  }
}

/** A value as one cell: text as it is, nothing for null, anything else as JSON. */
export function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  return isLosslessNumber(value) ? value.toString() : (stringify(value) ?? '');
}

const newLine = 10;
const quote = 34;

/**
 * Pieces of a file, each up to a line break and with it; the last is cut where it has none.
 *
 * @param quoted whether a line break between double quotes is none
 */
async function* endedBy(
  file: FileHandle,
  quoted: boolean,
): AsyncGenerator<{ bytes: Buffer; end: number; isCut: boolean }> {
  let begun: Buffer[] = [];
  let isInside = false;
  let end = 0;
  for await (const chunk of file.createReadStream({ start: 0, autoClose: false })) {
    const bytes = chunk as Buffer;
    let from = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      if (quoted && bytes[at] === quote) isInside = !isInside;
      if (bytes[at] !== newLine || isInside) continue;
      const piece = Buffer.concat([...begun, bytes.subarray(from, at + 1)]);
      begun = [];
      from = at + 1;
      end += piece.length;
      yield { bytes: piece, end, isCut: false };
    }
    if (from < bytes.length) begun.push(bytes.subarray(from));
  }
  const rest = Buffer.concat(begun);
  if (rest.length > 0) yield { bytes: rest, end: end + rest.length, isCut: true };
}
