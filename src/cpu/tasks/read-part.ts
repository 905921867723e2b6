import { findInside, Folder, notThere, openInside, readAt } from '../../files/index.js';

/** Longest part of a file that is read at once, in bytes. */
const mostBytes = 50_000;

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
  /** Size of the whole file, in bytes. */
  size: number;
}

/**
 * A part of a text file: whole characters, as many as a tool's result has room for.
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
    const bytes = await readAt(file, from - before, before + mostBytes);
    if (bytes.includes(0)) throw new Error(`Expected a text file, got \`${path}\`, which is not text.`);
    const start = startOfCharacter(bytes, Math.min(before, bytes.length));
    const part = fitting(bytes.subarray(start), from - before + bytes.length >= size);
    const begins = from - before + start;
    const next = begins + part.length;
    const text = part.toString('utf8');
    return { text, ...(begins < from && part.length > 0 && { from: begins }), ...(next < size && { next }), size };
  } finally {
    await file.close();
  }
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
