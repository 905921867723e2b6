import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The files of an embedded journal: `journal-1.db`, and after each damage a next one. The one with the highest number is in use.
 *
 * A damaged file stays where it is instead of being renamed: other processes may have it open, and SQLite finds the files that
 * go with a database by its name (https://sqlite.org/howtocorrupt.html, section 1.5).
 */
export class JournalFiles {
  readonly directory: string;

  constructor(home: string) {
    this.directory = join(home, 'journal');
  }

  path(generation: number): string {
    return join(this.directory, `journal-${generation}.db`);
  }

  /** Whether another process has gone on to a later file, or the file was removed. */
  isSuperseded(generation: number): boolean {
    return existsSync(this.path(generation + 1)) || !existsSync(this.path(generation));
  }

  /** Number of the file in use; 1 where there is none yet. */
  async latest(): Promise<number> {
    return Math.max(1, ...(await this.#generations()));
  }

  async setAside(current: number): Promise<string[]> {
    const earlier = (await this.#generations()).filter((generation) => generation < current);
    return earlier.sort((left, right) => left - right).map((generation) => this.path(generation));
  }

  async removeSetAside(current: number): Promise<void> {
    for (const path of await this.setAside(current)) {
      for (const suffix of ['-wal', '-shm', '']) await rm(`${path}${suffix}`, { force: true });
    }
  }

  async #generations(): Promise<number[]> {
    const names = await readdir(this.directory);
    return names
      .flatMap((name) => Number(/^journal-(\d{1,9})\.db$/.exec(name)?.[1] ?? Number.NaN))
      .filter(Number.isInteger);
  }
}
