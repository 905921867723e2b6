import { chmodSync, closeSync, fdatasync, openSync, statSync } from 'node:fs';
import { promisify } from 'node:util';

import { DatabaseSync } from '@photostructure/sqlite';
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';

import { UnavailableError } from '../../contract/errors.js';
import { SharedSync } from './shared-sync.js';

const datasync = promisify(fdatasync);

/** SQLite waits this long for another process in the middle of a write, in milliseconds; meanwhile this process stands still. */
const busyTimeoutMs = 10;

const settings = `
  PRAGMA auto_vacuum = INCREMENTAL;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA checkpoint_fullfsync = ON;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA cell_size_check = ON;
  PRAGMA trusted_schema = OFF;
  PRAGMA secure_delete = FAST;
`;

const schema = `
  BEGIN IMMEDIATE;
  CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    bytes INTEGER NOT NULL,
    answered_at_ms INTEGER NOT NULL,
    used_at_ms INTEGER NOT NULL,
    record BLOB NOT NULL
  );
  CREATE INDEX IF NOT EXISTS entries_by_use ON entries (used_at_ms, bytes);
  CREATE INDEX IF NOT EXISTS entries_by_age ON entries (answered_at_ms);
  CREATE TABLE IF NOT EXISTS leases (
    key BLOB PRIMARY KEY,
    holder TEXT NOT NULL,
    origin TEXT NOT NULL,
    renewals INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS totals (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    reuses INTEGER NOT NULL,
    saved_usd REAL NOT NULL
  );
  CREATE TABLE IF NOT EXISTS spend (
    day TEXT NOT NULL,
    run TEXT NOT NULL,
    client TEXT NOT NULL,
    model TEXT NOT NULL,
    calls INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost_usd REAL NOT NULL,
    unpriced INTEGER NOT NULL,
    untold INTEGER NOT NULL,
    PRIMARY KEY (day, run, client, model)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS spend_marks (mark TEXT PRIMARY KEY, day TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS spend_holds (
    holder TEXT PRIMARY KEY,
    day TEXT NOT NULL,
    usd REAL NOT NULL,
    expires_at_ms INTEGER NOT NULL
  ) WITHOUT ROWID;
  INSERT INTO totals VALUES (1, 0, 0) ON CONFLICT DO NOTHING;
  PRAGMA user_version = 1;
  PRAGMA application_id = 0x66616e01;
  COMMIT;
`;
const schemaVersion = 1;
/** `fan` in the upper three bytes of the application id; the version once more in the lowest. */
const application = 0x66616e;

/**
 * One open database file of the journal.
 *
 * JournalDatabase-1. A committed write survives kill -9: the operating system has it.
 * JournalDatabase-2. What is committed before `synced` resolves survives a crash of the machine: the write-ahead log is synced,
 *     on a thread of its own, and SQLite syncs it before it reuses it (https://sqlite.org/wal.html, `synchronous=NORMAL`).
 * JournalDatabase-3. Only SQLite opens the database file: closing another descriptor of it would drop SQLite's locks
 *     (https://sqlite.org/howtocorrupt.html, section 2.2).
 */
export class JournalDatabase {
  readonly generation: number;
  readonly path: string;
  readonly #database: DatabaseSyncInstance;
  readonly #statements = new Map<string, StatementSyncInstance>();
  /** A descriptor: a `FileHandle` of a journal that nobody closes would end the process with Node 26, as garbage. */
  readonly #log: number;
  readonly #sync: SharedSync;

  private constructor(path: string, generation: number, database: DatabaseSyncInstance, log: number) {
    this.path = path;
    this.generation = generation;
    this.#database = database;
    this.#log = log;
    this.#sync = new SharedSync(() => datasync(log));
  }

  /** @throws what SQLite or the file system throws */
  static async open(path: string, generation: number): Promise<JournalDatabase> {
    const database = new DatabaseSync(path, { timeout: busyTimeoutMs });
    try {
      // The file exists from now on; SQLite gives its log the same mode.
      keepPrivate(path);
      database.exec(settings);
      refuseLater(database, path);
      database.exec(schema);
      return new JournalDatabase(path, generation, database, openSync(`${path}-wal`, 'r+'));
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /**
   * Runs a statement.
   *
   * Not `all` and `iterate`, whose errors do not say what they are (@photostructure/sqlite 1.2.1); and no `RETURNING` outside of a
   * transaction, because a row ends the statement before it is committed.
   *
   * @returns its first row
   */
  row<Row>(sql: string, ...values: readonly (string | number | Uint8Array | null)[]): Row | undefined {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement.get(...values) as Row | undefined;
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** Runs `work` as one transaction, or as part of the one that is open. */
  transaction<T>(work: () => T): T {
    if (this.#database.isTransaction) return work();
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      // Some failures have already rolled it back.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  synced(): Promise<void> {
    return this.#sync.afterWrite();
  }

  /** Moves the write-ahead log into the file, as far as nobody is reading. */
  checkpoint(): void {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /**
   * Closes the database. SQLite lets go of the file only when the statements are collected as garbage: the package cannot end
   * them, and closing makes no checkpoint.
   */
  async close(): Promise<void> {
    // This comes before anything is awaited: no later file may be opened while this one is open in this process.
    this.#statements.clear();
    this.#database.close();
    await this.#sync.settled();
    closeSync(this.#log);
  }
}

/** Gives the file its mode, whatever process and umask it was made by. */
function keepPrivate(path: string): void {
  const { mode } = statSync(path);
  if ((mode & 0o077) === 0) return;
  try {
    chmodSync(path, mode & 0o600);
  } catch {
    // A file system without modes.
  }
}

function refuseLater(database: DatabaseSyncInstance, path: string): void {
  const { user_version: found } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (found <= schemaVersion) return;
  const { application_id: witness } = database.prepare('PRAGMA application_id').get() as { application_id: number };
  // A single damaged byte can look like a later version; the second place of the version tells the difference.
  if (witness >> 8 !== application || (witness & 0xff) !== found)
    throw Object.assign(new Error('its header is damaged'), { errcode: 11 });
  throw new UnavailableError(
    'JournalTooNew',
    `The journal ${path} was written by a later version of fanfold.`,
    'Update fanfold, or use another FANFOLD_HOME.',
  );
}
