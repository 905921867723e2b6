import { randomBytes } from 'node:crypto';
import { mkdir, opendir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { replaceFile } from '../disk/index.js';
import { StoreSum } from './blob-place.js';
import type { BlobPlace, StoreStats } from './blob-place.js';

/** Files under `blobs/` in a folder, which several machines may share. */
export class DirectoryPlace implements BlobPlace {
  readonly title = 'this home';
  readonly #directory: string;

  constructor(home: string) {
    this.#directory = join(home, 'blobs');
  }

  async put(name: string, content: Buffer): Promise<void> {
    const path = this.#path(name);
    if (await renewed(path, content.length)) return;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await replaceFile(path, content, { mode: 0o600, sync: true });
  }

  async read(name: string): Promise<Buffer | undefined> {
    return readFile(this.#path(name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return undefined;
    });
  }

  older(beforeMs: number): Promise<StoreStats> {
    return this.#visit(beforeMs, async () => true);
  }

  prune(beforeMs: number): Promise<StoreStats> {
    return this.#visit(beforeMs, async (path) => {
      // The file is moved away first: another process may be putting it again at this moment.
      const aside = `${path}.${randomBytes(6).toString('hex')}`;
      const moved = await rename(path, aside).then(
        () => true,
        () => false,
      );
      if (!moved) return false;
      const { mtimeMs } = await stat(aside);
      if (mtimeMs >= beforeMs) {
        await rename(aside, path);
        return false;
      }
      await rm(aside, { force: true });
      return true;
    });
  }

  async isTidyingDue(everyMs: number): Promise<boolean> {
    const mark = `${this.#directory}.tidied`;
    const [there, last] = await Promise.all(
      [stat(this.#directory), stat(mark)].map((found) => found.catch(() => undefined)),
    );
    if (there === undefined || (last !== undefined && Date.now() - last.mtimeMs < everyMs)) return false;
    await writeFile(mark, '', { mode: 0o600 });
    return true;
  }

  async #visit(beforeMs: number, visit: (path: string) => Promise<boolean>): Promise<StoreStats> {
    const found = new StoreSum();
    const directory = await opendir(this.#directory, { recursive: true }).catch(() => undefined);
    for await (const entry of directory ?? []) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const file = await stat(path).catch(() => undefined);
      if (file === undefined || file.mtimeMs >= beforeMs || !(await visit(path))) continue;
      found.add(file.size, file.mtimeMs);
    }
    return found.stats;
  }

  #path(name: string): string {
    return join(this.#directory, name.slice(0, 2), name);
  }
}

/** Whether the file is there already. It counts as new from now on. */
async function renewed(path: string, bytes: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found?.size !== bytes) return false;
  const now = new Date();
  return utimes(path, now, now).then(
    () => true,
    () => false,
  );
}
