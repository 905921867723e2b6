import { randomBytes } from 'node:crypto';
import { chmod, copyFile, open, readlink, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** How a file is replaced. */
export interface Replacing {
  /** Permissions of a file that is new, less the umask; by default 0666. */
  mode?: number;
  /** Whether the file, and its name, are to outlast a power cut when this returns; `false` by default. */
  sync?: boolean;
  /**
   * Whether its user has chosen the name, `false` by default. Then a link stays, and the file that it leads to is replaced; that file keeps
   * its permissions; and what is no regular file (a pipe, a terminal) is written to as it is. A name of fanfold's own is replaced
   * whatever it was: behind a link under it there may be anything.
   */
  isChosen?: boolean;
}

/** Most links of a chain that are followed, as by Linux. */
const mostLinks = 40;

/** Replaces a file as a whole: a reader, or a crash, sees the old one or the new one. */
export function replaceFile(path: string, content: string | Uint8Array, how: Replacing = {}): Promise<void> {
  return replaceBy(path, (draft) => writeFile(draft, content), how);
}

/**
 * The same, by what writes the new file.
 *
 * ReplaceFile-1. A file with its final name is whole.
 * ReplaceFile-2. The draft stands beside the file, under a name that nobody has: a file that is there may be anybody's.
 * ReplaceFile-3. Where anything fails, the draft is gone and the file is as it was.
 *
 * @param write writes to an empty file that is there
 */
export async function replaceBy(
  path: string,
  write: (draft: string) => Promise<void>,
  { mode = 0o666, sync = false, isChosen = false }: Replacing = {},
): Promise<void> {
  const found = isChosen ? await stat(path).catch(() => undefined) : undefined;
  if (found !== undefined && !found.isFile() && !found.isDirectory()) return write(path);
  const target = isChosen ? await behindLinks(path) : path;
  const draft = `${target}.${randomBytes(6).toString('hex')}.new`;
  const made = await open(draft, 'wx', found?.isFile() === true ? found.mode & 0o777 : mode);
  try {
    await made.close();
    await write(draft);
    await keepMode(draft, found);
    if (sync) await syncAt(draft);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
  // Not every system can sync a folder.
  if (sync) await syncAt(dirname(target)).catch(() => {});
}

/** Puts a file that is written already in the place of one whose name its user has chosen. */
export async function moveOver(written: string, path: string): Promise<void> {
  const target = await behindLinks(path);
  if (target === path) {
    await keepMode(written, await stat(path).catch(() => undefined));
    return rename(written, path);
  }
  // The link may lead to another file system, where nothing can be renamed to.
  await replaceBy(target, (draft) => copyFile(written, draft), { sync: true, isChosen: true });
  await rm(written);
}

/** The umask is not asked: its user has chosen the permissions. */
async function keepMode(path: string, of: { isFile(): boolean; mode: number } | undefined): Promise<void> {
  if (of?.isFile() === true) await chmod(path, of.mode & 0o777);
}

/** Where a name leads, through links; the file itself may be missing. */
async function behindLinks(path: string): Promise<string> {
  let at = path;
  for (let links = 0; links < mostLinks; links += 1) {
    const to = await readlink(at).catch(() => undefined);
    if (to === undefined) return at;
    at = resolve(await realpath(dirname(at)), to);
  }
  return at;
}

async function syncAt(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
