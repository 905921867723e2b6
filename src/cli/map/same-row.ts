import { InputError } from '../../contract/errors.js';
import { cellOf } from './row-format.js';
import type { OldRow } from './row-format.js';
import { keptColumns } from './row-record.js';
import type { RowRecord } from './row-record.js';

/**
 * An answer is about the row as it was when it was asked about.
 *
 * @param name of the file that has the row
 * @throws InputError where the row has been edited since, as far as the file's format tells
 */
export function checkSame(name: string, ofTable: RowRecord, { fields }: OldRow, index: number): void {
  if (fields === undefined) return;
  const own = Object.keys(ofTable).filter((column) => !keptColumns.has(column));
  // A column of Parquet has one type: its numbers may be written in another way than the table's.
  const kept = (column: string) =>
    !name.endsWith('.parquet') || (typeof ofTable[column] === 'string' && typeof fields[column] === 'string');
  const changed = own.find((column) => kept(column) && cellOf(ofTable[column]) !== cellOf(fields[column]));
  if (changed === undefined) return;
  throw new InputError(
    `Expected \`${name}\` to hold rows of this table as they are now, got another \`${changed}\` in row ${index + 1}.`,
    'Choose another --out: of rows that were not edited the answers are in the journal, and free.',
  );
}
