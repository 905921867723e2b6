import type { FileHandle } from 'node:fs/promises';

import {
  detect,
  findInside,
  isBinary,
  Folder,
  isOwnText,
  markOf,
  notThere,
  openInside,
  readAt,
  unmarkedUtf16,
} from '../../files/index.js';
import { readBytes } from './read-bytes.js';

/** Longest part of a file that is read at once, in bytes. */
const mostBytes = 50_000;

/** Bytes by which it is seen whether a file is text, and most of one that is taken apart. */
const startBytes = 65_536;
const mostApartBytes = 20_000_000;

/** Longest JSON of it, in UTF-16 code units: results of tools are shown up to 60,000, and what is beyond would be lost. */
const mostJson = 55_000;

/** Bytes that a character of UTF-8 takes at most, but one. */
const mostContinued = 3;

export interface Part {
  text: string;
  /** Byte at which the part begins. It is set where the byte asked for stands inside a character. */
  from?: number;
  /** Byte at which to go on; absent at the end. */
  next?: number;
  /** Size of the whole text, in bytes. */
  size: number;
}

/**
 * A part of a file: whole characters, as many as a tool's result has room for. What is no text file is given as its reader reads it, and bytes
 * are counted in that text, in UTF-8.
 *
 * @param from byte at which to begin
 * @param homes folders of fanfold's own, which are never gone into
 * @throws Error where it is no text file, lies elsewhere or is left out
 */
export async function readPart({
  folder,
  path,
  from,
  homes,
}: {
  folder: string;
  path: string;
  from: number;
  homes: readonly string[];
}): Promise<Part> {
  const all = await Folder.open(folder, { homes }).catch(notThere);
  const file = await openInside(all.root, await findInside(all, path)).catch((error: Error) => {
    if (error.name === 'NotAFile') throw new Error(`Expected a file, got \`${path}\`, which is none.`);
    throw error;
  });
  try {
    const { size } = await file.stat();
    const before = Math.min(from, mostContinued);
    const apart = await apartOf(file, size, path);
    if (apart !== undefined) return partOf(apart, from);
    const bytes = await readAt(file, from - before, before + mostBytes);
    if (bytes.includes(0)) throw new Error(`Expected a text file, got \`${path}\`, which is not text.`);
    return partIn({ bytes, at: from - before, from, size });
  } finally {
    await file.close();
  }
}

/**
 * The text of a document that is no text file, in UTF-8; `undefined` for a text file.
 *
 * @throws Error saying what it is, where nothing reads it
 */
async function apartOf(file: FileHandle, size: number, path: string): Promise<Buffer | undefined> {
  const start = await readAt(file, 0, startBytes);
  const found = await detect(start, path);
  // Text with other control characters is text, for who looks for it; nothing but text is without zeros.
  if (isBinary(start) && !start.includes(0)) return undefined;
  const isUtf16 = (markOf(start) ?? unmarkedUtf16(start))?.startsWith('utf-16') === true;
  if ('kind' in found && isOwnText(found.kind) && !isUtf16) return undefined;
  if (size > mostApartBytes) {
    throw new Error(`Expected a document of at most ${mostApartBytes} bytes, got \`${path}\` with ${size}.`);
  }
  const bytes = await readAt(file, 0, mostApartBytes);
  const { text } = await readBytes({ bytes, name: path }).catch((error: Error) => {
    throw new Error(`Expected a text file, got \`${path}\`, which is not text. ${error.message}`);
  });
  return Buffer.from(text);
}

function partOf(text: Buffer, from: number): Part {
  const before = Math.min(from, mostContinued);
  return partIn({ bytes: text.subarray(from - before, from + mostBytes), at: from - before, from, size: text.length });
}

/** @param at where the bytes stand in the text */
function partIn({ bytes, at, from, size }: { bytes: Buffer; at: number; from: number; size: number }): Part {
  const start = startOfCharacter(bytes, Math.min(from - at, bytes.length));
  const part = fitting(bytes.subarray(start), at + bytes.length >= size);
  const begins = at + start;
  const next = begins + part.length;
  const text = part.toString('utf8');
  return { text, ...(begins < from && part.length > 0 && { from: begins }), ...(next < size && { next }), size };
}

/** The longest beginning of whole characters whose JSON is short enough. */
function fitting(bytes: Buffer, isEnd: boolean): Buffer {
  let end = isEnd ? bytes.length : endOfCharacters(bytes, bytes.length);
  for (;;) {
    const { length } = JSON.stringify(bytes.toString('utf8', 0, end));
    if (length <= mostJson) return bytes.subarray(0, end);
    end = endOfCharacters(bytes, Math.floor((end * mostJson) / length));
  }
}

/** The end of the last whole character within so many bytes. */
function endOfCharacters(bytes: Buffer, end: number): number {
  const start = startOfCharacter(bytes, Math.max(0, end - 1));
  const lead = bytes[start] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return start + length <= end || start === 0 ? end : start;
}

/** The first byte of the character that a byte is part of. Text in another encoding is taken byte by byte. */
function startOfCharacter(bytes: Buffer, at: number): number {
  for (let start = at; start > at - mostContinued - 1 && start >= 0; start -= 1) {
    if (((bytes[start] ?? 0) & 0xc0) !== 0x80) return start;
  }
  return at;
}
