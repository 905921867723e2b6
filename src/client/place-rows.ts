import { InputError } from '../contract/errors.js';
import type { Item } from '../contract/lanes.js';
import { longestKey } from '../contract/limits.js';
import type { StoredRows } from '../contract/stored-rows.js';
import { placeChunks } from './chunks.js';
import type { TextWriter } from './chunks.js';

/** How rows are called. */
export interface PlaceRowsOptions<Row> {
  /** The key of a row's branch, each once; by default its place, from 0. All keys are held in memory. */
  key?: (row: Row, index: number) => string;
}

/**
 * Puts rows into the store for `mapRows`, as many as there are: they are taken one by one, and some 250 are in memory at a time.
 *
 * @param rows objects of JSON; the prompt names their fields
 * @param store the same that the workers have: `new BlobStore(home)` with their `FANFOLD_HOME` or `FANFOLD_STORE`
 * @throws InputError for a row that is no object, or a key that comes twice or is no text of 1 to 200 characters on one line
 */
export async function placeRows<Row extends object>(
  rows: Iterable<Row> | AsyncIterable<Row>,
  store: TextWriter,
  { key }: PlaceRowsOptions<Row> = {},
): Promise<StoredRows<Row>> {
  const total = Array.isArray(rows) ? rows.length : undefined;
  return { chunks: await placeChunks(itemsOf(rows, key), store, total) };
}

async function* itemsOf<Row extends object>(
  rows: Iterable<Row> | AsyncIterable<Row>,
  keyOf: PlaceRowsOptions<Row>['key'],
): AsyncGenerator<Item> {
  const keys = new Set<string>();
  let index = 0;
  for await (const row of rows) {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      throw new InputError(`Expected row ${index} to be an object, got ${shown(row)}.`);
    }
    const key = keyOf?.(row, index) ?? String(index);
    if (keyOf !== undefined) checkKey(key, index, keys);
    yield { key, text: '', fields: row as Item['fields'] & object };
    index += 1;
  }
}

function checkKey(key: unknown, index: number, keys: Set<string>): void {
  const isKey = typeof key === 'string' && key.trim() !== '' && key.length <= longestKey;
  if (!isKey || /\p{Cc}/u.test(key) || !key.isWellFormed()) {
    throw new InputError(
      `Expected the key of row ${index} to be 1 to ${longestKey} characters on one line, got ${shown(key)}.`,
    );
  }
  if (keys.has(key)) throw new InputError(`Expected every key once, got ${shown(key)} twice, of row ${index} too.`);
  keys.add(key);
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 60);
}
