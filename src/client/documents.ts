import { isUtf8 } from 'node:buffer';

import type { Stored } from '../contract/stored.js';
import { InputError } from '../contract/errors.js';
import { inlineDocumentBytes, maxDocumentBytes } from '../contract/limits.js';
import { isBinary } from '../files/readers.js';
import type { BlobStore } from '../store/blob-store.js';

/**
 * The text of a document, exactly as its bytes say.
 *
 * @param name what to call it in an error, such as its path
 * @throws InputError when it is empty, blank, too large, binary or not UTF-8
 */
export function documentText(bytes: Uint8Array, name: string): string {
  if (bytes.length > maxDocumentBytes) {
    throw new InputError(
      `Expected ${name} to be at most ${megabytes(maxDocumentBytes)}, got ${megabytes(bytes.length)}.`,
    );
  }
  if (isBinary(bytes)) {
    throw new InputError(`Expected ${name} to be a text document, got a binary file.`, 'Convert it to text first.');
  }
  if (!isUtf8(bytes)) {
    throw new InputError(
      `Expected ${name} to be UTF-8 text, got an invalid byte at offset ${firstInvalidByte(bytes)}.`,
      'Convert it, for example with `iconv -t utf-8`.',
    );
  }
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  if (text.replace(/^\uFEFF/, '').trim() === '')
    throw new InputError(`Expected ${name} to hold text, got ${bytes.length === 0 ? 'nothing' : 'only white space'}.`);
  return text;
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

function firstInvalidByte(bytes: Uint8Array): number {
  let valid = 0;
  let invalid = bytes.length + 1;
  while (valid + 1 < invalid) {
    const middle = (valid + invalid) >> 1;
    if (startsAsUtf8(bytes.subarray(0, middle))) valid = middle;
    else invalid = middle;
  }
  // A character that is cut at the end of the text passes the stream decoder; its first byte is the wrong one.
  while (!isUtf8(bytes.subarray(0, valid))) valid -= 1;
  return valid;
}

function startsAsUtf8(bytes: Uint8Array): boolean {
  try {
    // A stream takes a character that is cut in half at the end for no error.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
