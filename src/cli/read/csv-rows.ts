import { Readable } from 'node:stream';

import { CsvError, parse } from 'csv-parse';
import type { Options } from 'csv-parse';
import { parse as parseNow } from 'csv-parse/sync';

import { InputError } from '../../contract/errors.js';
import { longestRow } from './json-rows.js';
import type { FoundRow } from './json-rows.js';
import { beginningOf } from '../../contract/cut-text.js';

/** What parts the columns of a table, the usual first; Excel writes `;` where the decimal sign is a comma. */
const delimiters = [',', '\t', ';', '|'];

/** Names of columns, and what parts them. */
export interface Header {
  columns: string[];
  delimiter: string;
  /** Lines before it: Excel's `sep=;`. */
  above: number;
}

/** A tab-separated file may have a quote inside a field; in CSV that is an error, which is told. */
function optionsFor(delimiter: string): Options {
  return {
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_quotes: delimiter === '\t',
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    max_record_size: longestRow,
  };
}

/**
 * The header row that a text begins with.
 *
 * @param start at least the whole of the row
 * @param wanted columns that it must have; the first delimiter that gives them is taken
 * @returns what the likeliest delimiter gives where none gives them
 */
export function headerOf(start: string, wanted: readonly string[]): { header: Header; isWhole: boolean } {
  const [named = '', said] = /^sep=(.)(?:\r\n|\r|\n)/i.exec(start) ?? [];
  const found = (said === undefined ? delimiters : [said]).map((delimiter): Header => {
    const above = named === '' ? 0 : 1;
    try {
      const [columns = []] = parseNow(start.slice(named.length), {
        ...optionsFor(delimiter),
        relax_quotes: true,
        to: 1,
      }) as string[][];
      return { columns: columns.map((column) => column.trim()), delimiter, above };
    } catch {
      return { columns: [], delimiter, above };
    }
  });
  // Where no column is wanted, any would do.
  const whole =
    wanted.length === 0 ? undefined : found.find(({ columns }) => wanted.every((name) => columns.includes(name)));
  const likely = found.reduce((most, each) => (each.columns.length > most.columns.length ? each : most));
  return { header: whole ?? likely, isWhole: whole !== undefined };
}

/** Rows of CSV or TSV below their header, with as many fields each. */
export async function* csvRows(
  texts: AsyncIterable<string>,
  { columns, delimiter, above }: Header,
  title: string,
): AsyncGenerator<FoundRow> {
  const twice = columns.find((name, at) => name !== '' && columns.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new InputError(`${title}:${1 + above}: Expected every column once, got ${JSON.stringify(twice)} twice.`);
  }
  const parser = parse({ ...optionsFor(delimiter), info: true, raw: true, from_line: 1 + above });
  const source = Readable.from(texts);
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let isHeader = true;
  try {
    for await (const found of parser) {
      const { record, raw, info } = found as { record: string[]; raw: string; info: { lines: number } };
      if (isHeader) {
        isHeader = false;
        continue;
      }
      const line = info.lines - lineBreaksIn(raw);
      yield { fields: Object.fromEntries(columns.map((name, at) => [name, record[at]])), place: `${title}:${line}` };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw asInputError(error, columns.length, title);
  } finally {
    source.destroy();
  }
}

function asInputError(error: CsvError, columns: number, title: string): InputError {
  const { lines = 1, raw = '', record = [] } = error as CsvError & { lines?: number; raw?: string; record?: string[] };
  const place = `${title}:${lines - lineBreaksIn(raw)}`;
  const quoted = JSON.stringify(beginningOf(raw.trim(), 60));
  switch (error.code) {
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
      return new InputError(
        `${place}: Expected ${columns} fields, as the header has, got ${record.length}: ${quoted}.`,
        'A field with the delimiter, a quote or a line break in it stands in double quotes.',
      );
    case 'CSV_QUOTE_NOT_CLOSED':
      return new InputError(`${place}: Expected a quoted field to end, got the end of the file: ${quoted}.`);
    default:
      return new InputError(
        `${place}: Expected CSV, got ${quoted}: ${error.message}.`,
        'A field with the delimiter, a quote or a line break in it stands in double quotes, a quote in it twice.',
      );
  }
}

/** Those inside a row: it begins so many lines before the one that it ends on. */
function lineBreaksIn(raw: string): number {
  return raw.trim().match(/\r\n|\r|\n/g)?.length ?? 0;
}
