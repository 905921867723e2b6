import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';

import { reasonOf } from './left-out.js';
import { isInside } from './open-regular.js';
import type { Folder } from './walk-folder.js';

/**
 * The real end of a path that begins at a folder.
 *
 * @throws Error saying what was expected, where it leads out of the folder, there is nothing, or it is left out
 */
export async function findInside(folder: Folder, path: string): Promise<string> {
  const outside = new Error(`Expected a path inside the folder, got \`${path}\`.`);
  const named = resolve(folder.root, path);
  // The error does not tell whether there is something elsewhere.
  if (!isInside(folder.root, named)) throw outside;
  const real = await realpath(named).catch(notThere);
  if (!isInside(folder.root, real)) throw outside;
  const left = await folder.whyLeftOut(real).catch(notThere);
  if (left !== undefined) throw new Error(`Expected a path that is not left out, got \`${path}\`: ${reasonOf(left)}.`);
  return real;
}

/** @throws Error that says so in a sentence */
export function notThere(error: NodeJS.ErrnoException): never {
  const isMissing = error.code === 'ENOENT' || error.code === 'ENOTDIR';
  throw new Error(isMissing ? 'There is no such file or folder.' : `It cannot be read: ${error.code ?? error.message}`);
}
