import { chmod, lstat, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';

import { isHomeName } from './paths.js';
import { isOwnUid, othersBits } from './user.js';

/**
 * Gives a home of its user's mode 0700, and fanfold's files and folders in it 0600 or 0700. It leaves links and their targets
 * alone, files of other names (a home may be a folder that was there before), and file systems without modes.
 */
export async function tighten(home: string): Promise<void> {
  // The home's own mode comes first: nobody else gets any further from here on.
  await chmod(home, 0o700).catch(() => {});
  if (((await lstat(await realpath(home))).mode & othersBits) !== 0) return;
  const entries = await readdir(home, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter(({ name }) => isHomeName(name))) {
    const path = join(home, entry.name);
    await tightenFiles([path]);
    const within = entry.isDirectory() ? await readdir(path, { recursive: true, withFileTypes: true }) : [];
    for (const { parentPath, name } of within) await tightenFiles([join(parentPath, name)]);
  }
}

/** Sets the mode of single files. Missing ones are skipped. */
export async function tightenFiles(paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map(tightenOne));
}

async function tightenOne(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || !isOwnUid(found.uid) || (found.mode & othersBits) === 0) return;
  // Permissions that the user lacks stay lacking.
  if (found.isFile()) await chmod(path, found.mode & 0o600).catch(() => {});
  if (found.isDirectory()) await chmod(path, 0o700).catch(() => {});
}
