import { InputError } from '../../contract/errors.js';
import { beginningOf } from '../../contract/cut-text.js';
import type { Entry } from '../entry.js';

/** Version of the lines' format. */
const version = 1;

/** A clock that goes wrong may be ahead of this machine's by a day. An answer from later on would never be replaced. */
const aheadMs = 86_400_000;

/** A line of an exported journal: an entry in clear, or its record as it was encrypted. */
export type JournalLine = { key: string } & ({ entry: Entry } | { sealed: Buffer });

/** One line of JSON, with no line break at its end. The same line comes of the same answer, always. */
export function writeLine(line: JournalLine): string {
  const { key } = line;
  return JSON.stringify(
    'entry' in line ? { version, key, entry: line.entry } : { version, key, sealed: line.sealed.toString('base64') },
  );
}

/**
 * Reads a line as strictly as an answer deserves that will be taken for one that was paid for.
 *
 * @param place as in `answers.jsonl:17`
 * @throws InputError that begins with the place and quotes what was expected and got
 */
export function readLine(text: string, place: string): JournalLine {
  const line = fieldsOf(parsed(text, place), 'a JSON object', place);
  if (line['version'] !== version) throw refused(place, `\`version\` to be ${version}`, line['version']);
  const { key, entry, sealed } = line;
  if (typeof key !== 'string' || !/^[0-9a-f]{64}$/.test(key))
    throw refused(place, '`key` to be 64 hexadecimal digits', key);
  if (sealed === undefined) {
    onlyNames(line, ['version', 'key', 'entry'], place);
    return { key, entry: entryOf(entry, place) };
  }
  onlyNames(line, ['version', 'key', 'sealed'], place);
  if (typeof sealed !== 'string' || !/^[A-Za-z0-9+/]+={0,2}$/.test(sealed))
    throw refused(place, '`sealed` to be base64', sealed);
  return { key, sealed: Buffer.from(sealed, 'base64') };
}

/**
 * Checks an entry from elsewhere.
 *
 * @throws InputError
 */
function entryOf(value: unknown, place: string): Entry {
  const entry = fieldsOf(value, '`entry` to be a JSON object', place);
  onlyNames(entry, ['answer', 'usage', 'model', 'costUsd', 'answeredAtMs', 'askedBy'], place);
  const { answer, usage, model, costUsd, answeredAtMs, askedBy } = entry;
  checkAnswer(answer, place);
  const tokens = fieldsOf(usage, '`usage` to be a JSON object', place);
  const names = ['inputTokens', 'outputTokens', 'cacheReadTokens', 'cacheWriteTokens'];
  const rare = ['hourCacheWriteTokens', 'webSearches'];
  onlyNames(tokens, [...names, ...rare], place);
  for (const name of [...names, ...rare.filter((each) => each in tokens)])
    if (!isCount(tokens[name])) throw refused(place, `\`${name}\` to be a whole number, 0 or more`, tokens[name]);
  if (typeof model !== 'string' || model === '') throw refused(place, '`model` to be the name of a model', model);
  if (costUsd !== null && !isAmount(costUsd)) throw refused(place, '`costUsd` to be US dollars or null', costUsd);
  if (!isAmount(answeredAtMs) || answeredAtMs > Date.now() + aheadMs)
    throw refused(place, '`answeredAtMs` to be milliseconds since 1970, and not in the future', answeredAtMs);
  if (askedBy !== undefined && typeof askedBy !== 'string') throw refused(place, '`askedBy` to be a text', askedBy);
  return entry as unknown as Entry;
}

/** A text, or an object; with blocks it has their text as well, or whoever reads it would fail. */
function checkAnswer(answer: unknown, place: string): void {
  if (typeof answer === 'string') return;
  const { text, content } = fieldsOf(answer, '`answer` to be a text or a JSON object', place);
  if (content === undefined || (Array.isArray(content) && typeof text === 'string')) return;
  throw refused(place, '`answer` to have `text`, and a list as its `content`', answer);
}

function parsed(text: string, place: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new InputError(
      `${place}: Expected one JSON object a line, got ${JSON.stringify(beginningOf(text, 60))} (${text.length} characters).`,
    );
  }
}

function fieldsOf(value: unknown, expected: string, place: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw refused(place, expected, value);
}

function onlyNames(fields: Record<string, unknown>, names: readonly string[], place: string): void {
  const other = Object.keys(fields).find((name) => !names.includes(name));
  if (other !== undefined) throw refused(place, `no other names than ${names.join(', ')}`, other);
}

function refused(place: string, expected: string, got: unknown): InputError {
  const shown = got === undefined ? 'nothing' : beginningOf(JSON.stringify(got), 60);
  return new InputError(`${place}: Expected ${expected}, got ${shown}.`);
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
