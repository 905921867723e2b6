import { PostgresPool } from '../postgres/index.js';
import type { PostgresUse } from '../postgres/index.js';
import { StoreSum } from './blob-place.js';
import type { BlobPlace, StoreStats } from './blob-place.js';

/** Number of the advisory lock; no other program on the database uses it. */
const lockId = 4_270_663_714;

/** Rows that are removed in one statement: others get their turn in between. */
const rowsAtOnce = 500;

const use: PostgresUse = {
  name: 'store',
  variable: 'FANFOLD_STORE',
  probe: 'SELECT 1 FROM fanfold_store_texts, fanfold_store_tidied WHERE false',
  schema: `
    SELECT pg_advisory_xact_lock(${lockId});
    CREATE TABLE IF NOT EXISTS fanfold_store_texts (
      name bytea PRIMARY KEY,
      bytes bigint NOT NULL,
      put_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      content bytea NOT NULL
    );
    ALTER TABLE fanfold_store_texts ALTER COLUMN content SET STORAGE EXTERNAL;
    CREATE INDEX IF NOT EXISTS fanfold_store_texts_by_age ON fanfold_store_texts (put_at);
    CREATE TABLE IF NOT EXISTS fanfold_store_tidied (
      id integer PRIMARY KEY CHECK (id = 1),
      at timestamptz NOT NULL
    );
    INSERT INTO fanfold_store_tidied VALUES (1, '-infinity') ON CONFLICT DO NOTHING;
  `,
  elsewhere: 'name a folder that commands and workers share',
  smaller: 'fanfold store prune',
};

/**
 * Opens the place in a PostgreSQL database, and makes its tables, `fanfold_store_…`. The journal's database serves.
 *
 * @throws InputError when the URL cannot be read
 * @throws UnavailableError `StoreUnusable`
 */
export async function openPostgresPlace(url: string): Promise<BlobPlace> {
  return new PostgresPlace(await PostgresPool.open(url, use));
}

/** Rows of a table. The server's clock says how old they are, so that machines need not agree. */
class PostgresPlace implements BlobPlace {
  readonly #pool: PostgresPool;

  constructor(pool: PostgresPool) {
    this.#pool = pool;
  }

  get title(): string {
    return `the store ${this.#pool.place}`;
  }

  async put(name: string, content: Buffer): Promise<void> {
    const renew =
      'UPDATE fanfold_store_texts SET put_at = clock_timestamp() WHERE name = $1 AND bytes = $2 RETURNING 1 AS there';
    // What is there already does not travel again.
    if ((await this.#pool.rows(renew, [blob(name), content.length])).length > 0) return;
    await this.#pool.rows(
      `INSERT INTO fanfold_store_texts (name, bytes, content) VALUES ($1, $2, $3)
       ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes, content = excluded.content, put_at = excluded.put_at`,
      [blob(name), content.length, content],
    );
  }

  async read(name: string): Promise<Buffer | undefined> {
    const sql = 'SELECT content FROM fanfold_store_texts WHERE name = $1';
    return (await this.#pool.rows<{ content: Buffer }>(sql, [blob(name)]))[0]?.content;
  }

  async older(beforeMs: number): Promise<StoreStats> {
    type Sums = { texts: string; bytes: string; oldest: number | null };
    const [sums] = await this.#pool.rows<Sums>(
      `SELECT count(*) AS texts, coalesce(sum(bytes), 0) AS bytes, (extract(epoch FROM min(put_at)) * 1000)::float8 AS oldest
       FROM fanfold_store_texts WHERE put_at < ${before}`,
      [secondsOf(beforeMs)],
    );
    return {
      texts: Number(sums?.texts ?? 0),
      bytes: Number(sums?.bytes ?? 0),
      oldestAtMs: sums?.oldest == null ? null : Math.round(sums.oldest),
    };
  }

  // A row that is put again meanwhile is locked by whoever does, and looked at once more when it is free.
  async prune(beforeMs: number): Promise<StoreStats> {
    const removed = new StoreSum();
    for (;;) {
      const rows = await this.#pool.rows<{ bytes: string; put: number }>(
        `DELETE FROM fanfold_store_texts WHERE put_at < ${before} AND name IN (
           SELECT name FROM fanfold_store_texts WHERE put_at < ${before} ORDER BY put_at LIMIT ${rowsAtOnce}
         ) RETURNING bytes, (extract(epoch FROM put_at) * 1000)::float8 AS put`,
        [secondsOf(beforeMs)],
      );
      for (const { bytes, put } of rows) removed.add(Number(bytes), Math.round(put));
      if (rows.length < rowsAtOnce) return removed.stats;
    }
  }

  async isTidyingDue(everyMs: number): Promise<boolean> {
    const due = await this.#pool.rows(
      `UPDATE fanfold_store_tidied SET at = clock_timestamp()
       WHERE at <= clock_timestamp() - $1 * interval '1 ms' AND EXISTS (SELECT FROM fanfold_store_texts) RETURNING 1 AS due`,
      [everyMs],
    );
    return due.length > 0;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

/** `to_timestamp` takes no time beyond PostgreSQL's own. */
const before = 'to_timestamp($1::float8)';

function secondsOf(ms: number): number | string {
  return Number.isFinite(ms) ? ms / 1_000 : 'Infinity';
}

function blob(name: string): Buffer {
  return Buffer.from(name, 'hex');
}
