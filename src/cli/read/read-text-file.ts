import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { decodedDocument } from '../../client/index.js';
import { InputError } from '../../contract/errors.js';
import type { World } from '../world.js';

/**
 * The text of a file that says what is to be done: a prompt, a schema, a flow. UTF-8, or UTF-16 with its mark, as editors write them.
 *
 * @param what the file is, as in `a prompt`
 * @throws InputError where it cannot be read, is empty, or is in another encoding, with the offset and line of what does not fit
 */
export async function readTextFile(path: string, what: string, world: World): Promise<string> {
  const bytes = await readFile(resolve(world.cwd, path)).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'which does not exist' : error.message;
    throw new InputError(`Expected ${what}, got \`${path}\`, ${reason}.`);
  });
  return decodedDocument(bytes, `\`${path}\``).text;
}
