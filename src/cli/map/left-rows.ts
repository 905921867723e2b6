import { open } from 'node:fs/promises';

import { InputError } from '../../contract/errors.js';
import { jsonLinesFormat } from './row-format.js';
import type { RowFormat } from './row-format.js';

/**
 * Sees that a file beside that of `--out` may be written anew: that it is not there, or is what a command that was killed has left.
 *
 * @throws InputError where it is something else
 */
export async function checkLeft(path: string, name: string, format: Pick<RowFormat, 'read'>): Promise<void> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new InputError(`Expected \`${name}\` to be a file that can be written, got: ${error.message}`);
  });
  if (file === undefined) return;
  try {
    const rows = format.read(file, name);
    // One row tells whose file it is.
    await rows.next();
    await rows.return(undefined);
  } finally {
    await file.close();
  }
}

/**
 * Sees that a file in which rows stand until that of `--out` can be written is not somebody else's.
 *
 * @throws InputError where its first row is none of fanfold's
 */
export async function checkGrown(path: string, name: string): Promise<void> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return;
  try {
    const rows = jsonLinesFormat.read(file, name);
    const first = await rows.next().catch(() => undefined);
    await rows.return(undefined);
    if (first !== undefined && (first.done === true || first.value.key !== undefined)) return;
  } finally {
    await file.close();
  }
  throw new InputError(
    `Expected \`${name}\`, where rows of \`out\` stand until all are there, to be new, got a file that is not fanfold's.`,
    'Move it away, or choose another --out.',
  );
}
