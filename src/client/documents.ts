import type { Stored } from '../contract/stored.js';
import { InputError } from '../contract/errors.js';
import { inlineDocumentBytes, maxDocumentBytes } from '../contract/limits.js';
import { isBinary, markOf, unmarkedUtf16 } from '../files/index.js';
import type { BlobStore } from '../store/blob-store.js';

/**
 * The text of a document, as its bytes say it, without a byte-order mark.
 *
 * @param name what to call it in an error, such as its path
 * @throws InputError when it is empty, blank, too large, binary, or neither UTF-8 nor UTF-16
 */
export function documentText(bytes: Uint8Array, name: string): string {
  return decodedDocument(bytes, name).text;
}

/**
 * The same, with the encoding that it has.
 *
 * @param declared the encoding that it declares in itself, if it does: a name of the Encoding Standard
 */
export function decodedDocument(
  bytes: Uint8Array,
  name: string,
  declared?: string,
): { text: string; encoding: string } {
  if (bytes.length > maxDocumentBytes) {
    throw new InputError(
      `Expected ${name} to be at most ${megabytes(maxDocumentBytes)}, got ${megabytes(bytes.length)}.`,
    );
  }
  const seen = markOf(bytes) ?? unmarkedUtf16(bytes);
  if (seen === undefined && isBinary(bytes)) {
    throw new InputError(`Expected ${name} to be a text document, got a binary file.`, 'Convert it to text first.');
  }
  const encoding = seen ?? declared ?? 'utf-8';
  const text = decoded(bytes, encoding, name);
  if (text.trim() === '')
    throw new InputError(`Expected ${name} to hold text, got ${bytes.length === 0 ? 'nothing' : 'only white space'}.`);
  return { text, encoding };
}

function decoded(bytes: Uint8Array, encoding: string, name: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    const at = firstInvalidByte(bytes, encoding);
    const before = new TextDecoder(encoding).decode(bytes.subarray(0, at));
    const line = before.split('\n').length;
    throw new InputError(
      `Expected ${name} to be ${encoding.toUpperCase()} text, got an invalid byte at offset ${at}, on line ${line}.`,
      'Convert it, for example with `iconv -t utf-8`.',
    );
  }
}

/** Places a document: inside the run's history, or in the store when it is large. */
export async function placeDocument(text: string, store: BlobStore): Promise<Stored<string>> {
  return isInline(text) ? { inline: text } : store.putText(text);
}

/** Places a text that is a value in a prompt. The store has values as JSON, and documents as their text. */
export async function placeValue(text: string, store: BlobStore): Promise<Stored<string>> {
  return isInline(text) ? { inline: text } : store.putText(JSON.stringify(text));
}

function isInline(text: string): boolean {
  if (!text.isWellFormed()) {
    throw new InputError('Expected the document to be well-formed Unicode, got half of a surrogate pair.');
  }
  return Buffer.byteLength(text) <= inlineDocumentBytes;
}

function firstInvalidByte(bytes: Uint8Array, encoding: string): number {
  let valid = 0;
  let invalid = bytes.length + 1;
  while (valid + 1 < invalid) {
    const middle = (valid + invalid) >> 1;
    if (isStart(bytes.subarray(0, middle), encoding)) valid = middle;
    else invalid = middle;
  }
  // A character that is cut at the end of the text passes the stream decoder; its first byte is the wrong one.
  while (valid > 0 && !isStart(bytes.subarray(0, valid), encoding, false)) valid -= 1;
  return valid;
}

function isStart(bytes: Uint8Array, encoding: string, stream = true): boolean {
  try {
    // A stream takes a character that is cut in half at the end for no error.
    new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream });
    return true;
  } catch {
    return false;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
