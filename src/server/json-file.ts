import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

import { replaceFile } from '../disk/index.js';

/** Largest JSON file that is read, in bytes; none of ours is as large. */
const mostBytes = 1_048_576;

/** The value in a JSON file; undefined when it is missing, not JSON, larger than 1 MiB, or anything but a file of its own. */
export async function readJson(path: string): Promise<unknown> {
  try {
    const text = await readOwnText(path, mostBytes);
    return text === undefined ? undefined : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * The text of a regular file, not through a link, and without waiting for a pipe.
 *
 * @returns undefined where there is none, or it is larger than so many bytes
 */
export async function readOwnText(path: string, most: number): Promise<string | undefined> {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ELOOP' && error.code !== 'ENXIO') throw error;
    return undefined;
  });
  try {
    const found = await file?.stat();
    return found?.isFile() && found.size <= most ? await file?.readFile('utf8') : undefined;
  } finally {
    await file?.close();
  }
}

/** Replaces a JSON file as a whole: a reader, or a crash, sees the old value or the new one. */
export function writeJson(path: string, value: object): Promise<void> {
  return replaceFile(path, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
}
