import { LosslessNumber, parse as parseLossless } from 'lossless-json';

import { InputError } from '../../contract/errors.js';
import { maxDocumentBytes } from '../../contract/limits.js';
import { beginningOf } from '../../contract/cut-text.js';

/** Fields of a row by their names, and where it begins. */
export interface FoundRow {
  fields: Record<string, unknown>;
  place: string;
}

/** JSON of a row, as it stands there. */
interface RowJson {
  json: string;
  line: number;
}

/** The longest row in UTF-16 code units: a document that is larger would be refused as a file. */
export const longestRow = maxDocumentBytes;

/** The field whose number is kept digit by digit; `null` for all numbers in a row, however deep. */
type IdField = string | null;

/** Rows of JSON Lines; blank lines are none. */
export async function* jsonLines(
  texts: AsyncIterable<string>,
  idField: IdField,
  title: string,
): AsyncGenerator<FoundRow> {
  for await (const { json, line } of linesOf(texts, title)) {
    // Files that were put together have a byte-order mark inside.
    const trimmed = json.replace(/^\uFEFF/, '').trim();
    if (trimmed !== '') yield rowOf(trimmed, idField, `${title}:${line}`, 'one JSON object a line');
  }
}

/** Rows of a JSON array. */
export async function* jsonArray(
  texts: AsyncIterable<string>,
  idField: IdField,
  title: string,
): AsyncGenerator<FoundRow> {
  for await (const { json, line } of elementsOf(texts, title)) {
    yield rowOf(json.trim(), idField, `${title}:${line}`, 'a JSON object');
  }
}

function rowOf(json: string, idField: IdField, place: string, expected: string): FoundRow {
  let fields: unknown;
  try {
    fields = idField === null ? parseExact(json) : JSON.parse(json);
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) throw new SyntaxError('Another value.');
  } catch {
    throw new InputError(
      `${place}: Expected ${expected}, got ${JSON.stringify(beginningOf(json, 60))}.`,
      /[:[,]\s*(?:NaN|-?Infinity)\b/.test(json) ? 'JSON has no NaN and no Infinity: write null.' : undefined,
    );
  }
  const row = fields as Record<string, unknown>;
  if (idField === null) return { fields: row, place };
  const id = row[idField];
  return { fields: typeof id === 'number' ? { ...row, [idField]: digitsOf(json, idField, id) } : row, place };
}

/** Numbers that JavaScript may write in another way than they stand there: long ones, tiny ones, `1.0` and `1e5`, and `-0`. */
const inexact = /(?:\d\.?){16}|\.0{6}|\.\d*0(?!\d)|\d[eE]|-0(?![.\d])/;

/**
 * JSON in which a number that JavaScript would write in another way is a `LosslessNumber`, digit by digit.
 *
 * @throws SyntaxError where it is none
 */
export function parseExact(json: string): unknown {
  // As a rule there is none, and the reading takes a tenth of the time.
  if (!inexact.test(json)) return JSON.parse(json);
  return parseLossless(json, undefined, {
    onDuplicateKey: ({ newValue }) => newValue,
    parseNumber: (digits) => (String(Number(digits)) === digits ? Number(digits) : new LosslessNumber(digits)),
  });
}

/** A number digit by digit: what is above 2^53, or ends in `.0`, is another one in JavaScript. */
function digitsOf(json: string, field: string, value: number): string {
  // As a rule it stands there as JavaScript writes it, and the whole row need not be read again.
  const name = JSON.stringify(field);
  const at = json.indexOf(name);
  if (Number.isSafeInteger(value) && at === json.lastIndexOf(name)) {
    const [, digits] = /^\s*:\s*([^\s,}]+)/.exec(json.slice(at + name.length, at + name.length + 60)) ?? [];
    if (digits === String(value)) return digits;
  }
  // Of a field that is there twice the last counts, as it does in JavaScript.
  const row = parseLossless(json, undefined, { onDuplicateKey: ({ newValue }) => newValue });
  return String((row as Record<string, unknown>)[field]);
}

/** Lines end with LF, CRLF or CR; U+2028, at which `node:readline` ends one too, may stand in a string of JSON. */
async function* linesOf(texts: AsyncIterable<string>, title: string): AsyncGenerator<RowJson> {
  const row = new Pieces(title);
  let endsWithReturn = false;
  for await (const text of texts) {
    const fresh = endsWithReturn && text.startsWith('\n') ? text.slice(1) : text;
    if (text !== '') endsWithReturn = text.endsWith('\r');
    const [first = '', ...others] = fresh.split(/\r\n|\r|\n/);
    row.add(first);
    for (const other of others) {
      yield row.take();
      row.line += 1;
      row.add(other);
    }
  }
  yield row.take();
}

/** A JSON array is cut where a comma stands outside of its elements; whether they are JSON is seen when they are read. */
async function* elementsOf(texts: AsyncIterable<string>, title: string): AsyncGenerator<RowJson> {
  const row = new Pieces(title);
  let depth = 0;
  let isString = false;
  let isEscaped = false;
  let line = 1;
  let count = 0;
  let isOver = false;
  for await (const text of texts) {
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === 0x0a) line += 1;
      if (isString) {
        if (isEscaped) isEscaped = false;
        else if (code === 0x5c) isEscaped = true;
        else if (code === 0x22) isString = false;
        continue;
      }
      // Space, tab, line feed, carriage return: the first of an element is its place.
      if (code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d) continue;
      if (isOver) {
        throw new InputError(
          `${title}:${line}: Expected nothing behind the array, got ${JSON.stringify(beginningOf(text.slice(at), 60))}.`,
        );
      }
      if (depth === 1 && row.isBlank && text.slice(from, at).trim() === '') row.line = line;
      if (code === 0x22) isString = true;
      else if (code === 0x7b || code === 0x5b) {
        depth += 1;
        if (depth === 1) from = at + 1;
      } else if (code === 0x7d || code === 0x5d) {
        depth -= 1;
        isOver = depth === 0 && code === 0x5d;
      }
      const isEnd = (code === 0x2c && depth === 1) || isOver;
      if (!isEnd) continue;
      row.add(text.slice(from, at));
      from = at + 1;
      const taken = row.take();
      if (isOver && count === 0 && taken.json.trim() === '') continue;
      count += 1;
      yield taken;
    }
    if (!isOver) row.add(text.slice(from));
  }
  if (!isOver) {
    const { json } = row.take();
    throw new InputError(
      `${title}:${line}: Expected \`]\` at the end of the array, got the end of the file behind ${JSON.stringify(json.slice(-60))}.`,
    );
  }
}

/** A row that comes in pieces. */
class Pieces {
  line = 1;
  #pieces: string[] = [];
  #length = 0;

  constructor(readonly title: string) {}

  get isBlank(): boolean {
    return this.#pieces.every((piece) => piece.trim() === '');
  }

  add(piece: string): void {
    if (piece === '') return;
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length > longestRow) {
      throw new InputError(
        `${this.title}:${this.line}: Expected a row of at most ${longestRow} characters, got ${JSON.stringify(beginningOf(this.#pieces[0] ?? '', 60))}… with more.`,
      );
    }
  }

  take(): RowJson {
    const json = this.#pieces.join('');
    this.#pieces = [];
    this.#length = 0;
    return { json, line: this.line };
  }
}
