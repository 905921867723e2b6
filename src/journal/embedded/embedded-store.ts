import { FanfoldError } from '../../contract/errors.js';
import type {
  Claim,
  ClaimOptions,
  ForeignLease,
  JournalStore,
  Lease,
  PageLimits,
  Reuse,
  StoredRecord,
} from '../journal-store.js';
import type { JournalLimits, JournalStats, Pruned } from '../journal.js';
import type { Hold } from '../hold.js';
import type { Spend } from '../spend.js';
import { addSpend, holdSpend, spendSince } from './embedded-spend.js';
import { CurrentDatabase } from './current-database.js';
import type { JournalDatabase } from './journal-database.js';
import { JournalFiles } from './journal-files.js';
import { clearDatabase, pruneDatabase } from './prune-database.js';

/**
 * Opens the store in `journal/` of a home, and makes it where there is none.
 *
 * SQLite, because damage to its files is an error and not a crash: LMDB maps them, and a file that was cut short ends the process.
 *
 * @throws UnavailableError
 */
export async function openEmbeddedStore(home: string, onWarning: (message: string) => void): Promise<JournalStore> {
  const store = new EmbeddedStore(new JournalFiles(home), onWarning);
  await store.open();
  return store;
}

/** A store in a database file. Times come from the clock of the machine that all its processes share. */
class EmbeddedStore implements JournalStore {
  readonly #files: JournalFiles;
  readonly #current: CurrentDatabase;

  constructor(files: JournalFiles, onWarning: (message: string) => void) {
    this.#files = files;
    this.#current = new CurrentDatabase(files, onWarning);
  }

  open(): Promise<void> {
    return this.#current.use(() => {});
  }

  read(key: string): Promise<Uint8Array | undefined> {
    return this.#current.together((database) => find(database, key, -Infinity));
  }

  write({ key, bytes, answeredAtMs }: StoredRecord, lease?: Lease): Promise<void> {
    return this.#current.write((database) => {
      database.row(
        `INSERT INTO entries (key, bytes, answered_at_ms, used_at_ms, record) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET bytes = excluded.bytes, answered_at_ms = excluded.answered_at_ms,
           used_at_ms = excluded.used_at_ms, record = excluded.record`,
        blob(key),
        bytes.length,
        answeredAtMs,
        Date.now(),
        bytes,
      );
      if (lease !== undefined) release(database, lease);
    });
  }

  claim({ key, holder }: Lease, leaseMs: number, { notBeforeMs, deadSign }: ClaimOptions): Promise<Claim> {
    const take = `INSERT INTO leases AS lease (key, holder, origin, renewals, expires_at_ms) VALUES (?, ?, ?, 0, ?)
      ON CONFLICT (key) DO UPDATE
        SET holder = excluded.holder, renewals = lease.renewals + 1, expires_at_ms = excluded.expires_at_ms
        WHERE lease.holder = excluded.holder OR lease.expires_at_ms <= ? OR lease.holder || ' ' || lease.renewals = ?
      RETURNING origin`;
    const look = `SELECT origin, holder || ' ' || renewals AS sign FROM leases WHERE key = ?`;
    return this.#current.together((database) =>
      database.transaction(() => {
        const record = find(database, key, notBeforeMs);
        if (record !== undefined) return { record };
        const nowMs = Date.now();
        const taken = database.row(take, blob(key), holder, holder, nowMs + leaseMs, nowMs, deadSign ?? null);
        return { foreign: taken === undefined ? database.row<ForeignLease>(look, blob(key)) : undefined };
      }),
    );
  }

  renewLeases(leases: readonly Lease[], leaseMs: number): Promise<void> {
    const sql = 'UPDATE leases SET renewals = renewals + 1, expires_at_ms = ? WHERE key = ? AND holder = ?';
    return this.#current.use((database) =>
      database.transaction(() => {
        for (const { key, holder } of leases) database.row(sql, Date.now() + leaseMs, blob(key), holder);
      }),
    );
  }

  releaseLease(lease: Lease): Promise<void> {
    return this.#current.together((database) => release(database, lease));
  }

  async handOnLease({ key, holder }: Lease): Promise<void> {
    // Nobody holds it: a renewal that is still on its way would otherwise keep it.
    const sql = `UPDATE leases SET expires_at_ms = 0, holder = '' WHERE key = ? AND holder = ?`;
    await this.#current.use((database) => database.row(sql, blob(key), holder));
  }

  async expireLeases(holderPrefix: string): Promise<void> {
    const sql = 'UPDATE leases SET expires_at_ms = 0 WHERE substr(holder, 1, length(?)) = ?';
    await this.#current.use((database) => database.row(sql, holderPrefix, holderPrefix));
  }

  async add(records: readonly StoredRecord[]): Promise<string[]> {
    const sql = `INSERT INTO entries AS there (key, bytes, answered_at_ms, used_at_ms, record) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (key) DO UPDATE SET bytes = excluded.bytes, answered_at_ms = excluded.answered_at_ms, record = excluded.record
        WHERE excluded.answered_at_ms > there.answered_at_ms
      RETURNING 1 AS kept`;
    let kept: string[] = [];
    await this.#current.write((database) => {
      kept = database.transaction(() =>
        records
          .filter(
            ({ key, bytes, answeredAtMs }) =>
              database.row(sql, blob(key), bytes.length, answeredAtMs, answeredAtMs, bytes) !== undefined,
          )
          .map(({ key }) => key),
      );
    });
    return kept;
  }

  page(after: string | undefined, { records, bytes }: PageLimits): Promise<StoredRecord[]> {
    type Row = { key: Uint8Array; answered: number; record: Uint8Array };
    const sql = 'SELECT key, answered_at_ms AS answered, record FROM entries WHERE key > ? ORDER BY key LIMIT 1';
    return this.#current.use((database) => {
      const page: StoredRecord[] = [];
      let last = after === undefined ? Buffer.alloc(0) : blob(after);
      for (let size = 0; page.length < records && size < bytes;) {
        const row = database.row<Row>(sql, last);
        if (row === undefined) break;
        last = Buffer.from(row.key);
        size += row.record.length;
        page.push({ key: last.toString('hex'), bytes: row.record, answeredAtMs: row.answered });
      }
      return page;
    });
  }

  recordReuses(reuses: readonly Reuse[]): Promise<void> {
    return this.#current.use((database) =>
      database.transaction(() => {
        for (const { key, times, savedUsd } of reuses) {
          database.row('UPDATE entries SET used_at_ms = ? WHERE key = ?', Date.now(), blob(key));
          database.row('UPDATE totals SET reuses = reuses + ?, saved_usd = saved_usd + ?', times, savedUsd);
        }
      }),
    );
  }

  recordSpend(rows: readonly Spend[], mark?: string): Promise<readonly Spend[]> {
    return this.#current.write((database) => addSpend(database, rows, mark));
  }

  holdSpend(hold: Hold): Promise<number> {
    return this.#current.use((database) => holdSpend(database, hold));
  }

  spend(sinceDay: string): Promise<Spend[]> {
    return this.#current.use((database) => spendSince(database, sinceDay));
  }

  async stats(): Promise<JournalStats> {
    const { path, generation, row } = await this.#current.use((database) => ({
      path: database.path,
      generation: database.generation,
      row: database.row<Omit<JournalStats, 'place' | 'setAside'>>(
        `SELECT (SELECT count(*) FROM entries) AS entries,
           (SELECT coalesce(sum(bytes), 0) FROM entries) AS bytes,
           (SELECT min(answered_at_ms) FROM entries) AS oldestAtMs,
           (SELECT max(answered_at_ms) FROM entries) AS newestAtMs,
           reuses, saved_usd AS savedUsd FROM totals`,
      ),
    }));
    if (row === undefined) throw new FanfoldError('JournalUnusable', `The journal ${path} has lost its totals.`);
    return { ...row, place: path, setAside: await this.#files.setAside(generation) };
  }

  prune(limits: JournalLimits, nowMs: number): Promise<Pruned> {
    return pruneDatabase(this.#current, limits, nowMs);
  }

  async clear(): Promise<void> {
    await this.#files.removeSetAside(await clearDatabase(this.#current));
  }

  close(): Promise<void> {
    return this.#current.close();
  }
}

function find(database: JournalDatabase, key: string, notBeforeMs: number): Uint8Array | undefined {
  const sql = 'SELECT record FROM entries WHERE key = ? AND answered_at_ms >= ?';
  return database.row<{ record: Uint8Array }>(sql, blob(key), notBeforeMs)?.record;
}

function release(database: JournalDatabase, { key, holder }: Lease): void {
  database.row('DELETE FROM leases WHERE key = ? AND holder = ?', blob(key), holder);
}

function blob(key: string): Buffer {
  return Buffer.from(key, 'hex');
}
