import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

import { replaceBy } from '../../disk/index.js';
import { parseExact } from '../read/json-rows.js';
import { tableOf } from '../read/table-rows.js';
import type { World } from '../world.js';
import { jsonLinesFormat, tableFormat } from './row-format.js';
import type { OldRow, RowFormat } from './row-format.js';
import { rowColumn, statusColumn } from './row-record.js';
import type { RowRecord } from './row-record.js';

/** A format of a file that is written at once, from rows in JSON Lines. */
interface WholeFormat {
  /** The end of its files' names. */
  ending: string;
  write(from: string, to: string, columns: readonly string[]): Promise<void>;
}

/** The first that a name ends in counts. */
export const wholeFormats: readonly WholeFormat[] = [
  { ending: '.parquet', write: drafted(writeParquet) },
  { ending: '.json', write: drafted(writeText(jsonArray)) },
  { ending: '.json.gz', write: drafted(writeText(jsonArray, createGzip)) },
  { ending: '.jsonl.gz', write: drafted(writeText(rowsAs(jsonLinesFormat), createGzip)) },
  { ending: '.ndjson.gz', write: drafted(writeText(rowsAs(jsonLinesFormat), createGzip)) },
  { ending: '.csv.gz', write: drafted(writeText(rowsAs(tableFormat(',')), createGzip)) },
  { ending: '.tsv.gz', write: drafted(writeText(rowsAs(tableFormat('\t')), createGzip)) },
];

/** Rows of a file that is written already, as JSON Lines. */
export async function* wholeRows(name: string, world: World): AsyncGenerator<OldRow, void, undefined> {
  const table = await tableOf(name, [rowColumn, statusColumn], world);
  let end = 0;
  for await (const { fields } of table.rows()) {
    const text = jsonLinesFormat.row(fields, []);
    end += Buffer.byteLength(text);
    yield { key: String(fields[rowColumn]), status: fields[statusColumn], text, fields, end };
  }
}

type Write = WholeFormat['write'];
type Texts = (rows: AsyncIterable<RowRecord>, columns: readonly string[]) => AsyncGenerator<string>;

/** A file with its final name is whole. */
function drafted(write: Write): Write {
  return (from, to, columns) => replaceBy(to, (draft) => write(from, draft, columns), { isChosen: true });
}

function writeText(texts: Texts, packed?: typeof createGzip): Write {
  return async (from, to, columns) => {
    const source = Readable.from(texts(recordsIn(from), columns));
    if (packed === undefined) await pipeline(source, createWriteStream(to));
    else await pipeline(source, packed(), createWriteStream(to));
  };
}

async function writeParquet(from: string, to: string, columns: readonly string[]): Promise<void> {
  // Loaded on demand: few want it.
  const { writeParquetRows } = await import('./parquet-out.js');
  await writeParquetRows(() => recordsIn(from), columns, to);
}

function rowsAs(format: RowFormat): Texts {
  return async function* texts(rows, columns) {
    yield format.header(columns);
    for await (const row of rows) yield format.row(row, columns);
  };
}

async function* jsonArray(rows: AsyncIterable<RowRecord>): AsyncGenerator<string> {
  let between = '[\n';
  for await (const row of rows) {
    yield `${between}${jsonLinesFormat.row(row, []).trimEnd()}`;
    between = ',\n';
  }
  yield between === '[\n' ? '[]\n' : '\n]\n';
}

/** Rows that fanfold has written: no string in them has a line break of any kind that is not escaped but U+2028, which JSON allows. */
async function* recordsIn(path: string): AsyncGenerator<RowRecord> {
  let held = '';
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    // `readline` ends a line at U+2028 and U+2029, too.
    held += line;
    let record: unknown;
    try {
      record = parseExact(held);
    } catch {
      held += '\u2028';
      continue;
    }
    held = '';
    yield record as RowRecord;
  }
}
