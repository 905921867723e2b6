import { access, constants, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { InputError } from '../contract/errors.js';
import { homePaths } from './paths.js';

const advice = 'Set FANFOLD_HOME to a directory that you may write to.';

/**
 * Makes the home directory, private to its user and unseen by git.
 *
 * @throws InputError when it is a file, or cannot be written
 */
export async function openHome(home: string): Promise<void> {
  const paths = homePaths(home);
  try {
    await makeDirectory(home);
    await access(home, constants.R_OK | constants.W_OK | constants.X_OK);
    await mkdir(paths.presence, { recursive: true, mode: 0o700 });
    await writeFile(paths.gitignore, '*\n', { flag: 'wx' }).catch(unlessExists);
  } catch (error) {
    throw new InputError(
      `The fanfold home ${home} cannot be used: ${reasonOf(error as NodeJS.ErrnoException)}.`,
      advice,
    );
  }
}

// Node's own recursive mkdir never comes back from a place where nothing can be made, such as /proc.
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    await mkdir(path, { mode: 0o700 }).catch(unlessExists);
  }
}

/** Bytes of everything in the home directory; 0 when there is none. */
export async function homeSize(home: string): Promise<number> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const sizes = files.map((file) =>
    stat(join(file.parentPath, file.name)).then(
      ({ size }) => size,
      // Presence and journal files come and go while one counts.
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((total, size) => total + size, 0);
}

function unlessExists(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'EEXIST':
    case 'ENOTDIR':
      return 'it, or a part of its path, is a file';
    case 'EACCES':
    case 'EPERM':
      return 'it may not be written to';
    case 'EROFS':
      return 'it is on a read-only file system';
    case 'ENOSPC':
      return 'the disk is full';
    default:
      return message;
  }
}
