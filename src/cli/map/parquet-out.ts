import type { SchemaElement } from 'hyparquet';
import { fileWriter, parquetWriteRows } from 'hyparquet-writer';
import { isLosslessNumber, stringify } from 'lossless-json';

import type { RowRecord } from './row-record.js';

type ColumnType = 'BOOLEAN' | 'INT64' | 'DOUBLE' | 'STRING' | 'JSON';

const elements: Record<ColumnType, Pick<SchemaElement, 'type' | 'converted_type' | 'logical_type'>> = {
  BOOLEAN: { type: 'BOOLEAN' },
  INT64: { type: 'INT64' },
  DOUBLE: { type: 'DOUBLE' },
  STRING: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  // Of the older type the writer would write objects anew, and round their numbers.
  JSON: { type: 'BYTE_ARRAY', logical_type: { type: 'JSON' } },
};

/** Rows of a row group. */
const rowGroupSize = 20_000;

/** The bounds of INT64. */
const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n];

/**
 * Writes rows as Parquet, a row group at a time. A column has the type that all of its values have; with several it is text, or
 * JSON where lists and objects are among them.
 *
 * @param rows is gone through twice
 */
export async function writeParquetRows(
  rows: () => AsyncIterable<RowRecord>,
  names: readonly string[],
  path: string,
): Promise<void> {
  const types = await typesOf(rows(), names);
  const columns = names.map((name) => ({ name, type: types.get(name) ?? ('STRING' as const) }));
  const schema: SchemaElement[] = [
    { name: 'root', num_children: columns.length },
    ...columns.map(({ name, type }) => ({ name, repetition_type: 'OPTIONAL' as const, ...elements[type] })),
  ];
  await parquetWriteRows({
    writer: fileWriter(path),
    schema,
    rows: typedRows(rows(), columns),
    columns: columns.map(({ name }) => ({ name })),
    rowGroupSize,
  });
}

async function typesOf(rows: AsyncIterable<RowRecord>, names: readonly string[]): Promise<Map<string, ColumnType>> {
  const types = new Map<string, ColumnType>();
  for await (const row of rows) {
    for (const name of names) {
      const value = row[name];
      if (value === null || value === undefined) continue;
      const type = typeOf(value);
      const before = types.get(name) ?? type;
      types.set(name, before === type ? type : common(before, type));
    }
  }
  return types;
}

function typeOf(value: unknown): ColumnType {
  if (typeof value === 'boolean') return 'BOOLEAN';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'INT64' : 'DOUBLE';
  if (isLosslessNumber(value)) return isInt64(value.toString()) ? 'INT64' : 'STRING';
  return typeof value === 'string' ? 'STRING' : 'JSON';
}

function isInt64(digits: string): boolean {
  return /^-?\d+$/.test(digits) && BigInt(digits) >= least && BigInt(digits) <= most;
}

function common(one: ColumnType, other: ColumnType): ColumnType {
  const both = [one, other];
  if (both.includes('JSON')) return 'JSON';
  return both.includes('INT64') && both.includes('DOUBLE') ? 'DOUBLE' : 'STRING';
}

async function* typedRows(
  rows: AsyncIterable<RowRecord>,
  columns: readonly { name: string; type: ColumnType }[],
): AsyncGenerator<RowRecord> {
  for await (const row of rows) {
    yield Object.fromEntries(columns.map(({ name, type }) => [name, typed(row[name], type)]));
  }
}

function typed(value: unknown, type: ColumnType): unknown {
  if (value === null || value === undefined) return null;
  switch (type) {
    case 'BOOLEAN':
      return value;
    case 'INT64':
      return BigInt(textOf(value));
    case 'DOUBLE':
      return Number(value);
    case 'STRING':
      return textOf(value);
    case 'JSON':
      return Buffer.from(stringify(value) ?? 'null');
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (stringify(value) ?? '');
}
