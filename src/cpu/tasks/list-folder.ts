import { relative } from 'node:path';

import { findInside, Folder, notThere, slashed } from '../../files/index.js';

/** Most names, and their JSON in UTF-16 code units: results of tools are shown up to 60,000, and what is beyond would be lost. */
const mostNames = 1_000;
const mostJson = 50_000;

/**
 * The files below a folder, or a folder in it, by their path from there; those that are left out are not told of.
 *
 * @param homes folders of fanfold's own, which are never gone into
 * @throws Error where it cannot be read, lies elsewhere or is left out
 */
export async function listFolder({
  folder,
  path,
  homes,
}: {
  folder: string;
  path: string;
  homes: readonly string[];
}): Promise<{ files: string[]; more: number }> {
  const all = await Folder.open(folder, { homes }).catch(notThere);
  const from = slashed(relative(all.root, await findInside(all, path)));
  const files: string[] = [];
  let more = 0;
  let json = 0;
  try {
    for await (const found of all.walk(from)) {
      if ('why' in found) continue;
      json += JSON.stringify(found.path).length + 1;
      if (files.length < mostNames && json <= mostJson) files.push(found.path);
      else more += 1;
    }
  } catch (error) {
    notThere(error as NodeJS.ErrnoException);
  }
  return { files, more };
}
