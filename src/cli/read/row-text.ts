import { isUtf8 } from 'node:buffer';

import { InputError } from '../../contract/errors.js';
import { isBinary } from '../../files/index.js';
import { beginningOf } from '../../contract/cut-text.js';

/** Bytes that a character of UTF-8 takes at most. */
const mostOfCharacter = 4;

/**
 * The text that bytes are, piece by piece: UTF-8, or UTF-16 where a byte-order mark says so; the mark is left out.
 *
 * @param title what to call it in an error
 * @throws InputError where it is binary, or a byte is not UTF-8, with its line
 */
export async function* rowText(chunks: AsyncIterable<Buffer>, title: string): AsyncGenerator<string> {
  let decode: ((bytes: Buffer, isEnd: boolean) => string) | undefined;
  let held = Buffer.alloc(0);
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk]);
    // The longest mark has three bytes.
    if (decode === undefined && held.length < 3) continue;
    decode ??= decoderOf(held, title);
    yield decode(held, false);
    held = Buffer.alloc(0);
  }
  decode ??= decoderOf(held, title);
  yield decode(held, true);
}

function decoderOf(start: Buffer, title: string): (bytes: Buffer, isEnd: boolean) => string {
  if (start[0] === 0xff && start[1] === 0xfe) return utf16('utf-16le', title);
  if (start[0] === 0xfe && start[1] === 0xff) return utf16('utf-16be', title);
  if (isBinary(start)) {
    throw new InputError(
      `Expected rows of text in ${title}, got a binary file.`,
      'Save it as CSV or JSON Lines first.',
    );
  }
  return utf8(title);
}

function utf16(encoding: string, title: string): (bytes: Buffer, isEnd: boolean) => string {
  const decoder = new TextDecoder(encoding, { fatal: true });
  return (bytes, isEnd) => {
    try {
      return decoder.decode(bytes, { stream: !isEnd });
    } catch {
      throw new InputError(`Expected ${title} to be UTF-16, as its first two bytes say, got half of a character.`);
    }
  };
}

function utf8(title: string): (bytes: Buffer, isEnd: boolean) => string {
  let cut: Buffer = Buffer.alloc(0);
  let line = 1;
  let isStart = true;
  return (next, isEnd) => {
    const bytes = cut.length === 0 ? next : Buffer.concat([cut, next]);
    const end = isEnd ? bytes.length : endOfCharacters(bytes);
    const whole = bytes.subarray(0, end);
    cut = bytes.subarray(end);
    if (!isUtf8(whole)) throw notUtf8(whole, line, title);
    for (let at = whole.indexOf(10); at !== -1; at = whole.indexOf(10, at + 1)) line += 1;
    const text = whole.toString('utf8');
    const isMarked = isStart && text.startsWith('\uFEFF');
    isStart &&= text === '';
    return isMarked ? text.slice(1) : text;
  };
}

/** Where the last character that is whole ends; the first bytes of another are left for later. */
function endOfCharacters(bytes: Buffer): number {
  for (let at = bytes.length - 1; at >= 0 && at >= bytes.length - mostOfCharacter; at -= 1) {
    const byte = bytes[at] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return at + length > bytes.length ? at : bytes.length;
  }
  return bytes.length;
}

function notUtf8(bytes: Buffer, firstLine: number, title: string): InputError {
  let line = firstLine;
  let from = 0;
  for (;;) {
    const end = bytes.indexOf(10, from);
    const one = bytes.subarray(from, end === -1 ? bytes.length : end);
    if (!isUtf8(one) || end === -1) {
      return new InputError(
        `${title}:${line}: Expected UTF-8 text, got ${JSON.stringify(beginningOf(one.toString('utf8'), 60))}, where \uFFFD stands for bytes that are none.`,
        'Convert it, for example with `iconv -f latin1 -t utf-8`.',
      );
    }
    line += 1;
    from = end + 1;
  }
}
