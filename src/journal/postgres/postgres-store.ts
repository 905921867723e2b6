import { FanfoldError } from '../../contract/errors.js';
import { claimInSteps } from '../claim-in-steps.js';
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
import { PostgresPool } from '../../postgres/index.js';
import type { PostgresUse } from '../../postgres/index.js';
import type { Hold } from '../hold.js';
import type { Spend } from '../spend.js';
import { addSpend, holdSpend, spendSince } from './postgres-spend.js';
import { probe, schema } from './schema.js';

const use: PostgresUse = {
  name: 'journal',
  variable: 'FANFOLD_JOURNAL',
  probe,
  schema,
  elsewhere: 'unset it to keep the journal in FANFOLD_HOME',
  smaller: 'fanfold journal prune',
};

/**
 * Opens the store in a PostgreSQL database, and makes its tables, `fanfold_journal_…`, in the first schema of the search path.
 *
 * @param url as libpq takes it; `?options=-c%20search_path%3Dname` chooses a schema
 * @throws InputError when the URL cannot be read
 * @throws UnavailableError
 */
export async function openPostgresStore(url: string): Promise<JournalStore> {
  return new PostgresStore(await PostgresPool.open(url, use));
}

/**
 * A store in PostgreSQL. Times of leases come from the server's clock. Records are `bytea`: text and JSON cannot hold NUL there.
 */
class PostgresStore implements JournalStore {
  readonly #pool: PostgresPool;

  constructor(pool: PostgresPool) {
    this.#pool = pool;
  }

  read(key: string): Promise<Uint8Array | undefined> {
    return this.#find(key, -Infinity);
  }

  async write({ key, bytes, answeredAtMs }: StoredRecord, lease?: Lease): Promise<void> {
    await this.#pool.rows(
      `WITH released AS (DELETE FROM fanfold_journal_leases WHERE key = $1 AND holder = $5)
       INSERT INTO fanfold_journal_entries (key, bytes, answered_at_ms, record) VALUES ($1, $2, $3, $4)
       ON CONFLICT (key) DO UPDATE SET bytes = excluded.bytes, answered_at_ms = excluded.answered_at_ms,
         used_at = excluded.used_at, record = excluded.record`,
      [blob(key), bytes.length, Math.round(answeredAtMs), bytes, lease?.holder ?? null],
    );
  }

  claim(lease: Lease, leaseMs: number, { notBeforeMs, deadSign }: ClaimOptions): Promise<Claim> {
    return claimInSteps({
      find: () => this.#find(lease.key, notBeforeMs),
      take: () => this.#take(lease, leaseMs, deadSign),
      release: () => this.releaseLease(lease),
    });
  }

  async #find(key: string, notBeforeMs: number): Promise<Uint8Array | undefined> {
    const sql = 'SELECT record FROM fanfold_journal_entries WHERE key = $1 AND answered_at_ms >= $2::float8';
    return (await this.#pool.rows<{ record: Buffer }>(sql, [blob(key), notBeforeMs]))[0]?.record;
  }

  async #take({ key, holder }: Lease, leaseMs: number, deadSign?: string): Promise<ForeignLease | undefined> {
    const take = `INSERT INTO fanfold_journal_leases AS lease (key, holder, origin, renewals, expires_at)
      VALUES ($1, $2, $2, 0, clock_timestamp() + $3 * interval '1 ms')
      ON CONFLICT (key) DO UPDATE
        SET holder = excluded.holder, renewals = lease.renewals + 1, expires_at = excluded.expires_at
        WHERE lease.holder = excluded.holder OR lease.expires_at <= clock_timestamp()
          OR lease.holder || ' ' || lease.renewals = $4
      RETURNING origin`;
    const look = `SELECT origin, holder || ' ' || renewals AS sign FROM fanfold_journal_leases WHERE key = $1`;
    for (;;) {
      const taken = await this.#pool.rows(take, [blob(key), holder, leaseMs, deadSign ?? null]);
      if (taken.length > 0) return undefined;
      const [foreign] = await this.#pool.rows<{ origin: string; sign: string }>(look, [blob(key)]);
      // The lease was given back in between: it is free.
      if (foreign !== undefined) return foreign;
    }
  }

  async renewLeases(leases: readonly Lease[], leaseMs: number): Promise<void> {
    await this.#pool.rows(
      `UPDATE fanfold_journal_leases AS lease
       SET renewals = renewals + 1, expires_at = clock_timestamp() + $3 * interval '1 ms'
       FROM unnest($1::bytea[], $2::text[]) AS held (key, holder) WHERE lease.key = held.key AND lease.holder = held.holder`,
      [leases.map(({ key }) => blob(key)), leases.map(({ holder }) => holder), leaseMs],
    );
  }

  async releaseLease({ key, holder }: Lease): Promise<void> {
    await this.#pool.rows('DELETE FROM fanfold_journal_leases WHERE key = $1 AND holder = $2', [blob(key), holder]);
  }

  async handOnLease({ key, holder }: Lease): Promise<void> {
    // Nobody holds it: a renewal that is still on its way would otherwise keep it.
    const sql = `UPDATE fanfold_journal_leases SET expires_at = '-infinity', holder = '' WHERE key = $1 AND holder = $2`;
    await this.#pool.rows(sql, [blob(key), holder]);
  }

  async add(records: readonly StoredRecord[]): Promise<string[]> {
    const kept = await this.#pool.rows<{ key: Buffer }>(
      `INSERT INTO fanfold_journal_entries AS there (key, bytes, answered_at_ms, used_at, record)
       SELECT key, length(record), answered, to_timestamp(answered / 1000.0), record
       FROM unnest($1::bytea[], $2::bigint[], $3::bytea[]) AS given (key, answered, record)
       ON CONFLICT (key) DO UPDATE SET bytes = excluded.bytes, answered_at_ms = excluded.answered_at_ms, record = excluded.record
         WHERE excluded.answered_at_ms > there.answered_at_ms
       RETURNING key`,
      [
        records.map(({ key }) => blob(key)),
        records.map(({ answeredAtMs }) => Math.round(answeredAtMs)),
        records.map(({ bytes }) => Buffer.from(bytes)),
      ],
    );
    return kept.map(({ key }) => key.toString('hex'));
  }

  async page(after: string | undefined, { records, bytes }: PageLimits): Promise<StoredRecord[]> {
    const rows = await this.#pool.rows<{ key: Buffer; answered: string; record: Buffer }>(
      `SELECT entries.key, answered_at_ms AS answered, record FROM fanfold_journal_entries AS entries JOIN (
         SELECT key, sum(bytes) OVER (ORDER BY key) - bytes AS before FROM (
           SELECT key, bytes FROM fanfold_journal_entries WHERE key > $1 ORDER BY key LIMIT $2
         ) AS next
       ) AS sized ON sized.key = entries.key WHERE before < $3 ORDER BY entries.key`,
      [blob(after ?? ''), records, bytes],
    );
    return rows.map(({ key, answered, record }) => ({
      key: key.toString('hex'),
      bytes: record,
      answeredAtMs: Number(answered),
    }));
  }

  async recordReuses(reuses: readonly Reuse[]): Promise<void> {
    const times = reuses.reduce((sum, reuse) => sum + reuse.times, 0);
    const savedUsd = reuses.reduce((sum, reuse) => sum + reuse.savedUsd, 0);
    await this.#pool.rows(
      `WITH used AS (UPDATE fanfold_journal_entries SET used_at = clock_timestamp() WHERE key = ANY ($1))
       UPDATE fanfold_journal_totals SET reuses = reuses + $2, saved_usd = saved_usd + $3`,
      [reuses.map(({ key }) => blob(key)), times, savedUsd],
    );
  }

  recordSpend(rows: readonly Spend[], mark?: string): Promise<readonly Spend[]> {
    return addSpend(this.#pool, rows, mark);
  }

  holdSpend(hold: Hold): Promise<number> {
    return holdSpend(this.#pool, hold);
  }

  spend(sinceDay: string): Promise<Spend[]> {
    return spendSince(this.#pool, sinceDay);
  }

  async stats(): Promise<JournalStats> {
    type Sums = {
      entries: string;
      bytes: string;
      oldest: string | null;
      newest: string | null;
      reuses: string;
      saved: number;
    };
    const [sums] = await this.#pool.rows<Sums>(
      `SELECT count(key) AS entries, coalesce(sum(bytes), 0) AS bytes, min(answered_at_ms) AS oldest, max(answered_at_ms) AS newest,
         totals.reuses, totals.saved_usd AS saved
       FROM fanfold_journal_totals AS totals LEFT JOIN fanfold_journal_entries ON true GROUP BY totals.id`,
    );
    if (sums === undefined)
      throw new FanfoldError('JournalUnusable', `The journal ${this.#pool.place} has lost its totals.`);
    return {
      entries: Number(sums.entries),
      bytes: Number(sums.bytes),
      oldestAtMs: sums.oldest === null ? null : Number(sums.oldest),
      newestAtMs: sums.newest === null ? null : Number(sums.newest),
      reuses: Number(sums.reuses),
      savedUsd: sums.saved,
      place: this.#pool.place,
      setAside: [],
    };
  }

  async prune({ maxAgeMs, maxBytes }: JournalLimits, nowMs: number): Promise<Pruned> {
    await this.#pool.rows(
      `DELETE FROM fanfold_journal_leases WHERE expires_at < clock_timestamp() - interval '1 minute'`,
    );
    const removed = await this.#pool.rows<{ bytes: string }>(
      `DELETE FROM fanfold_journal_entries WHERE answered_at_ms < $1::float8 OR key IN (
         SELECT key FROM (
           SELECT key, sum(bytes) OVER (ORDER BY used_at DESC, key) AS used_later
           FROM fanfold_journal_entries
           WHERE answered_at_ms >= $1::float8 AND (SELECT sum(bytes) FROM fanfold_journal_entries) > $2::float8
         ) AS ranked WHERE used_later > $2::float8
       ) RETURNING bytes`,
      [maxAgeMs === undefined ? -8.64e15 : nowMs - maxAgeMs, maxBytes ?? Number.MAX_SAFE_INTEGER],
    );
    return { entries: removed.length, bytes: removed.reduce((sum, { bytes }) => sum + Number(bytes), 0) };
  }

  // DELETE, not TRUNCATE, which waits for all readers and keeps everybody waiting.
  async clear(): Promise<void> {
    await this.#pool.rows('DELETE FROM fanfold_journal_entries');
    await this.#pool.rows('UPDATE fanfold_journal_totals SET reuses = 0, saved_usd = 0');
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

function blob(key: string): Buffer {
  return Buffer.from(key, 'hex');
}
