import { open } from 'node:fs/promises';

import { InputError } from '../../contract/errors.js';
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
