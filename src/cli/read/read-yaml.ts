import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { parse } from 'yaml';

import { InputError } from '../../contract/errors.js';
import type { World } from '../world.js';

/**
 * What a YAML or JSON file has.
 *
 * @param what the file is, as in `a file of checks`
 * @throws InputError where it cannot be read or is neither
 */
export async function readYaml(path: string, what: string, world: World): Promise<unknown> {
  const text = await readFile(resolve(world.cwd, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new InputError(
      `Expected ${what}, got \`${path}\`, ${error.code === 'ENOENT' ? 'which does not exist' : error.message}.`,
    );
  });
  try {
    return parse(text);
  } catch (error) {
    throw new InputError(`${path}: ${(error as Error).message.split('\n')[0]}`);
  }
}
