import { lstat } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { Command } from 'commander';

import { InputError } from '../../contract/errors.js';
import { maxDirectWidth } from '../../contract/limits.js';
import type { RunFlags } from '../run/run-flags.js';
import { addSourceFlags } from '../run/source-of.js';
import type { SourceFlags } from '../run/source-of.js';
import type { World } from '../world.js';

/** The flags of a command that reads one document, or each of several. */
export interface OverFlags extends RunFlags, SourceFlags {
  out?: string;
}

export function addOverFlags(command: Command): Command {
  return addSourceFlags(command).option(
    '--out <file>',
    'append a row for each reading, in input order, as they come; taken up again after a crash',
  );
}

/**
 * Whether several documents are meant: rows, several files, a folder or a pattern; or one that is asked so much that it travels in lanes as
 * they do.
 *
 * @param each how many things each of them is asked
 * @throws InputError where a flag is for several and there is one
 */
export async function areSeveral(
  files: readonly string[],
  each: number,
  { from, out }: Pick<OverFlags, 'from' | 'out'>,
  world: World,
): Promise<boolean> {
  const [only] = files;
  if (from !== undefined || each > maxDirectWidth || files.length !== 1 || only === undefined) return true;
  if (only !== '-') {
    const found = await lstat(resolve(world.cwd, only)).catch(() => undefined);
    // A name with a star in it may be a file's.
    if (found === undefined ? /[*?[{]/.test(only) : found.isDirectory()) return true;
  }
  if (out !== undefined) throw new InputError('Expected several documents where there is `--out`, got one.');
  return false;
}
