import { InputError } from '../../contract/errors.js';
import { endingOf } from '../../files/index.js';
import type { World } from '../world.js';
import type { FoundRow } from './json-rows.js';
import { RowBytes } from './row-bytes.js';
import { rowText } from './row-text.js';
import { backAtStart, startOf } from './start-of-text.js';

/** Rows of a table that can be gone through more than once, with all of their columns. */
export interface Table {
  /** One line that names it. */
  title: string;
  rows(): AsyncIterable<FoundRow>;
}

/**
 * Rows of Parquet, JSON Lines, a JSON array, CSV or TSV, gzip or not: of a file, or of standard input for `-`.
 *
 * @param wanted columns that the rows are expected to have; of CSV, the delimiter that gives them is taken
 */
export async function tableOf(path: string, wanted: readonly string[], world: World): Promise<Table> {
  if (endingOf(path) === '.parquet') {
    // Loaded on demand: most tables are text.
    const { parquetTable } = await import('./parquet-rows.js');
    return parquetTable(path, world);
  }
  const bytes = new RowBytes(path, world);
  return { title: bytes.title, rows: () => rowsIn(rowText(bytes.all(), path), wanted, path) };
}

async function* rowsIn(
  texts: AsyncGenerator<string>,
  wanted: readonly string[],
  path: string,
): AsyncGenerator<FoundRow> {
  const start = await startOf(texts);
  const all = backAtStart(start, texts);
  const { csvRows, headerOf } = await import('./csv-rows.js');
  const { jsonArray, jsonLines } = await import('./json-rows.js');
  const first = start.trimStart()[0];
  if (first === undefined) return;
  const ending = endingOf(path.replace(/\.gz$/i, ''));
  const isTable = ['.csv', '.tsv', '.tab'].includes(ending);
  if (first === '[' && !isTable) return yield* jsonArray(all, null, path);
  if ((first === '{' && !isTable) || ['.json', '.jsonl', '.ndjson'].includes(ending)) {
    return yield* jsonLines(all, null, path);
  }
  const { header } = headerOf(start, wanted);
  const nameless = header.columns.findIndex((name) => name === '');
  if (nameless >= 0 && header.columns.length > 1) {
    throw new InputError(
      `${path}:${1 + header.above}: Expected a header row with a name for each column, got none for column ${nameless + 1}.`,
      nameless === 0
        ? 'The numbers of rows that pandas and R write: `index=False`, or `row.names = FALSE`, leaves them out.'
        : undefined,
    );
  }
  yield* csvRows(all, header, path);
}
