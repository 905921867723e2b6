import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdir, mkdtemp, open, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { Folder } from '../../src/files/index.js';
import type { LeftOut, Taking } from '../../src/files/index.js';

/** What is put into a folder: texts, links to somewhere, and named pipes as {@link pipe}. */
export type Tree = Record<string, string | Buffer | { link: string }>;

export const pipe = 'a pipe';

/** A folder of its own, with what is to be in it. */
export async function growTree(tree: Tree): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'fanfold-tree-'));
  for (const [path, content] of Object.entries(tree)) {
    const absolute = join(folder, path);
    await mkdir(dirname(absolute), { recursive: true });
    if (content === pipe) execFileSync('mkfifo', [absolute]);
    else if (typeof content === 'object' && 'link' in content) await symlink(content.link, absolute);
    else await writeFile(absolute, content);
  }
  return {
    folder,
    remove: async () => {
      // Whoever waits at a pipe after all is let go.
      for (const path of Object.keys(tree).filter((each) => tree[each] === pipe)) {
        await (await open(join(folder, path), constants.O_RDWR | constants.O_NONBLOCK)).close();
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What is taken out of a folder, and what is left out with why. */
export async function walked(
  folder: string,
  taking?: Taking,
  from?: string,
): Promise<{ taken: string[]; left: Record<string, LeftOut['why']> }> {
  const taken: string[] = [];
  const left: Record<string, LeftOut['why']> = {};
  for await (const found of (await Folder.open(folder, taking)).walk(from)) {
    if ('why' in found) left[found.path] = found.why;
    else taken.push(found.path);
  }
  return { taken, left };
}
