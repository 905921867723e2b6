import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { InputError } from '../../contract/errors.js';
import type { World } from '../world.js';

/**
 * The words of a list, one a line; empty lines and those that begin with `#` are none.
 *
 * @throws InputError where it cannot be read, or is no text
 */
export async function readWords(path: string, world: World): Promise<string[]> {
  const bytes = await readFile(resolve(world.cwd, path)).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(
      `Expected a list of words, got \`${path}\`, ${error.code === 'ENOENT' ? 'which does not exist' : error.message}.`,
    );
  });
  const lines = textOf(bytes, path)
    .split(/\r?\n/)
    .map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== '' && !line.startsWith('#')))];
}

function textOf(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(`Expected a list of words in UTF-8, got \`${path}\`, which is not.`);
  }
}
