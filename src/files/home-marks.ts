import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { readRegular } from './open-regular.js';

/** Names that a home has. One alone proves nothing: people keep a `temporal.db` in their projects, and lists of who was present. */
const marks = ['presence', 'temporal.db'];
const others = ['owner.json', 'server.json', 'ports.json', 'temporal.log', 'worker.log'];

/** The name of the user's secret, which homes are marked with. */
const ownSecret = 'home-secret';

/** Longest small file that is looked at, in bytes. */
const mostBytes = 1_000;

/** The folders that an environment names as fanfold's own, absolute. */
export function homesOf(env: NodeJS.ProcessEnv): string[] {
  return [env['FANFOLD_HOME'] || '.fanfold', env['FANFOLD_STORE']].flatMap((path) =>
    // A database or a bucket is no folder.
    path && !path.includes('://') ? [resolve(path)] : [],
  );
}

/**
 * Whether a folder is a fanfold home, of any user, or holds the secret that homes are marked with. Journals, large texts, tools
 * and the secrets that tools are started with lie in a home.
 */
export async function isHome(folder: string): Promise<boolean> {
  if (basename(folder) === '.fanfold') return true;
  if (/^[\da-f]{64}$/.test(await beginningOf(join(folder, ownSecret)))) return true;
  const journal = await readdir(join(folder, 'journal')).catch(() => []);
  if (journal.some((name) => /^journal-\d+\.db$/.test(name))) return true;
  const marked = await countThere(folder, marks);
  if (marked === 0) return false;
  if (marked + (await countThere(folder, others)) > 1) return true;
  return (await beginningOf(join(folder, '.gitignore'))) === '*';
}

/** The text of a small file; empty where there is none. */
async function beginningOf(path: string): Promise<string> {
  const read = await readRegular(path, mostBytes).catch(() => undefined);
  return read?.bytes.toString().trim() ?? '';
}

/** Whether a folder may be a home, by the names in it. */
export function mayBeHome(names: ReadonlySet<string>): boolean {
  return [...marks, 'journal', ownSecret].some((name) => names.has(name));
}

/** Whether a folder is a fanfold home or lies in one. */
export async function isInHome(folder: string): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    if (await isHome(path)) return true;
    if (dirname(path) === path) return false;
  }
}

async function countThere(folder: string, names: readonly string[]): Promise<number> {
  const found = await Promise.all(names.map((name) => lstat(join(folder, name)).catch(() => undefined)));
  return found.filter((each) => each !== undefined).length;
}
