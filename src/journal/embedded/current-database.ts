import { access, constants, mkdir } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';

import { FanfoldError } from '../../contract/errors.js';
import { pause } from '../pause.js';
import { JournalDatabase } from './journal-database.js';
import type { JournalFiles } from './journal-files.js';
import { faultOf, isDamage, isReadOnly, journalError } from './sqlite-error.js';

/** Milliseconds for which writes are tried again while other processes write. */
const patienceMs = 30_000;
/** Damaged files in a row at opening; after so many the fault must be elsewhere. */
const mostDamaged = 3;

/**
 * The database file that is in use at the moment.
 *
 * CurrentDatabase-1. Every access first checks whether the file has been superseded, and goes on to the latest.
 * CurrentDatabase-2. A damaged file is left as it is. The next file is begun once for all processes, because its name follows
 *     from the last.
 * CurrentDatabase-3. A write has happened when, after its sync, its file is still the one in use. Otherwise it is written again.
 * CurrentDatabase-4. Writes that share a transaction share its success only. After a failure each is tried by itself.
 */
export class CurrentDatabase {
  readonly #files: JournalFiles;
  readonly #onWarning: (message: string) => void;
  #database: JournalDatabase | undefined;
  #opening: Promise<JournalDatabase> | undefined;
  /** Files before this one are damaged, superseded or gone. */
  #atLeast = 1;
  #closed = false;
  /** Work that waits for the next round of the event loop. */
  #gathered: Gathered[] = [];

  constructor(files: JournalFiles, onWarning: (message: string) => void) {
    this.#files = files;
    this.#onWarning = onWarning;
  }

  /**
   * Does work with the database at once. It is repeated while others write, and goes to the next file if this one is damaged.
   *
   * @throws FanfoldError or UnavailableError
   */
  async use<T>(work: (database: JournalDatabase) => T): Promise<T> {
    const startedAt = performance.now();
    for (;;) {
      if (this.#closed) throw new FanfoldError('JournalClosed', 'The journal has been closed.');
      let database: JournalDatabase | undefined;
      try {
        database = await this.#latest();
        if (database === this.#database) return work(database);
      } catch (error) {
        const fault = faultOf(error);
        if (fault === 'damaged' && database !== undefined) this.#setAside(database, error);
        else if (fault === 'busy' && performance.now() - startedAt < patienceMs) await pause(5 + Math.random() * 20);
        else throw error instanceof FanfoldError ? error : journalError(error, this.#files.directory);
      }
    }
  }

  /**
   * Does work as `use` does, in one transaction with all work of this round of the event loop. A thousand branches that begin at
   * once then check the file's name, and take SQLite's locks, once.
   */
  together<T>(work: (database: JournalDatabase) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const alone = () => this.use(work).then(resolve, reject);
      // Once all of them are committed.
      const shared = (database: JournalDatabase) => {
        const value = work(database);
        return () => resolve(value);
      };
      if (this.#gathered.push({ shared, alone, reject }) === 1) setImmediate(() => void this.#share());
    });
  }

  /** Like `together`, and durable when it resolves. */
  async write<T>(work: (database: JournalDatabase) => T): Promise<T> {
    for (;;) {
      const [database, value] = await this.together((current) => [current, work(current)] as const);
      try {
        await database.synced();
      } catch (error) {
        if (!this.#files.isSuperseded(database.generation)) throw journalError(error, database.path);
      }
      if (!this.#files.isSuperseded(database.generation)) return value;
    }
  }

  async #share(): Promise<void> {
    const gathered = this.#gathered.splice(0);
    const [first, second] = gathered;
    if (second === undefined) return void first?.alone();
    const startedAt = performance.now();
    try {
      const tell = await this.use((database) =>
        database.transaction(() => gathered.map(({ shared }) => shared(database))),
      );
      for (const each of tell) each();
    } catch (error) {
      // All of them have waited for as long as the writers may take.
      const isLate = performance.now() - startedAt >= patienceMs;
      for (const { alone, reject } of gathered) {
        if (isLate) reject(error);
        else void alone();
      }
    }
  }

  /** Waits for syncs under way. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening?.catch(() => {});
    const database = this.#database;
    this.#database = undefined;
    try {
      database?.checkpoint();
    } catch {
      // The log is synced: the write is as safe there.
    }
    await database?.close();
  }

  async #latest(): Promise<JournalDatabase> {
    if (this.#database !== undefined && this.#files.isSuperseded(this.#database.generation))
      this.#leave(this.#database);
    if (this.#database !== undefined) return this.#database;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #open(): Promise<JournalDatabase> {
    await mkdir(this.#files.directory, { recursive: true, mode: 0o700 });
    for (let tries = 1; ; tries += 1) {
      const generation = Math.max(this.#atLeast, await this.#files.latest());
      try {
        this.#database = await JournalDatabase.open(this.#files.path(generation), generation);
        return this.#database;
      } catch (error) {
        const damaged = isDamage(error) || (isReadOnly(error) && (await mayWrite(this.#files.path(generation))));
        if (!damaged || tries > mostDamaged) throw error;
        this.#atLeast = generation + 1;
        this.#warn(generation, error);
      }
    }
  }

  #setAside(database: JournalDatabase, error: unknown): void {
    // Somebody else in this process may have been first.
    if (database !== this.#database) return;
    this.#warn(database.generation, error);
    this.#leave(database);
  }

  #leave(database: JournalDatabase): void {
    this.#database = undefined;
    this.#atLeast = database.generation + 1;
    database.close().catch(() => {});
  }

  #warn(generation: number, error: unknown): void {
    const [damaged, next] = [this.#files.path(generation), this.#files.path(generation + 1)];
    this.#onWarning(
      `The journal's file ${damaged} is damaged (${(error as Error).message}). It stays where it is, ${next} is used from now on, and what was in it is asked for again.`,
    );
  }
}

function mayWrite(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** One of those who share a transaction. */
interface Gathered {
  /** Does its part of the transaction, and returns a function that tells its caller. */
  shared: (database: JournalDatabase) => () => void;
  /** Does the same in a transaction of its own. */
  alone: () => Promise<void>;
  reject: (error: unknown) => void;
}
