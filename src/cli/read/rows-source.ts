import { InputError } from '../../contract/errors.js';
import { endingOf } from '../../files/index.js';
import type { World } from '../world.js';
import { longestKey } from '../../contract/limits.js';
import type { DocumentSource, ReadItem } from './document-source.js';
import type { FoundRow } from './json-rows.js';
import { RowBytes } from './row-bytes.js';
import { rowText } from './row-text.js';
import { backAtStart, startOf } from './start-of-text.js';
import { beginningOf } from '../../contract/cut-text.js';

export interface RowFields {
  idField: string;
  textField: string;
}

/** Formats that the end of a name stands for; others are known by how a text begins. */
const named: ReadonlyMap<string, 'json' | 'table'> = new Map([
  ['.json', 'json'],
  ['.jsonl', 'json'],
  ['.ndjson', 'json'],
  ['.csv', 'table'],
  ['.tsv', 'table'],
  ['.tab', 'table'],
]);

/** Rows of JSON Lines, a JSON array, CSV or TSV, each a document: of a file, or of standard input for `-`; gzip or not. */
export function rowsSource(path: string, fields: RowFields, world: World): DocumentSource {
  const bytes = new RowBytes(path, world);
  return {
    title: bytes.title,
    async *items() {
      for await (const row of rowsIn(rowText(bytes.all(), path), fields, path)) yield itemOf(row, fields);
    },
  };
}

async function* rowsIn(
  texts: AsyncGenerator<string>,
  { idField, textField }: RowFields,
  path: string,
): AsyncGenerator<FoundRow> {
  const start = await startOf(texts);
  const all = backAtStart(start, texts);
  const name = named.get(endingOf(path.replace(/\.gz$/i, '')));
  // Loaded on demand: `fanfold --help` has no use for them.
  const { csvRows, headerOf } = await import('./csv-rows.js');
  const { jsonArray, jsonLines } = await import('./json-rows.js');
  const first = start.trimStart()[0];
  if (first === undefined) return;
  const { header, isWhole } = headerOf(start, [idField, textField]);
  if (isWhole) return yield* csvRows(all, header, path);
  if (first === '[' && name !== 'table') return yield* jsonArray(all, idField, path);
  if (first === '{' || name === 'json') return yield* jsonLines(all, idField, path);
  const quoted = JSON.stringify(beginningOf(start.trimStart(), 60));
  throw name === 'table' || header.columns.length > 1
    ? new InputError(
        `${path}:${1 + header.above}: Expected a header row with \`${idField}\` and \`${textField}\`, got ${quoted}.`,
        'Name the columns with --id-field and --text-field.',
      )
    : new InputError(`${path}: Expected JSON Lines, a JSON array, or CSV or TSV with a header row, got ${quoted}.`);
}

function itemOf({ fields, place }: FoundRow, { idField, textField }: RowFields): ReadItem {
  const { [idField]: id, [textField]: text } = fields;
  if (typeof id !== 'string') {
    throw new InputError(
      `${place}: Expected \`${idField}\` to be a string or a number, got ${JSON.stringify(id) ?? 'nothing'}.`,
      'Name the field with --id-field.',
    );
  }
  if (typeof text !== 'string' || text.trim() === '') {
    throw new InputError(
      `${place}: Expected \`${textField}\` to be a text, got ${beginningOf(JSON.stringify(text) ?? 'nothing', 60)}.`,
      'Name the field with --text-field.',
    );
  }
  if (!text.isWellFormed()) {
    throw new InputError(`${place}: Expected well-formed Unicode, got half of a surrogate pair.`);
  }
  return { key: checkedKey(id, place), text };
}

function checkedKey(key: string, place: string): string {
  if (key.trim() === '' || key.length > longestKey || /\p{Cc}/u.test(key) || !key.isWellFormed()) {
    throw new InputError(
      `${place}: Expected an id of 1 to ${longestKey} characters on one line, got ${JSON.stringify(beginningOf(key, 60))}.`,
    );
  }
  return key;
}
