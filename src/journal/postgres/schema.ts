/** Number of the advisory lock; no other program on the database uses it. */
const lockId = 4_270_663_713;

/** A statement that fails where the tables are missing or are not these. */
export const probe = `
  SELECT 1 FROM fanfold_journal_entries, fanfold_journal_leases, fanfold_journal_totals, fanfold_journal_spend,
    fanfold_journal_spend_marks, fanfold_journal_spend_holds WHERE false
`;

/**
 * Makes missing tables in one transaction: several statements in one simple query are one. Other processes wait for it, because
 * `IF NOT EXISTS` alone can fail when two do it at once.
 *
 * Leases are not logged: after a crash of the server there are none, and nothing waits.
 */
export const schema = `
  SELECT pg_advisory_xact_lock(${lockId});
  CREATE TABLE IF NOT EXISTS fanfold_journal_entries (
    key bytea PRIMARY KEY,
    bytes bigint NOT NULL,
    answered_at_ms bigint NOT NULL,
    used_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    record bytea NOT NULL
  );
  ALTER TABLE fanfold_journal_entries ALTER COLUMN record SET STORAGE EXTERNAL;
  CREATE INDEX IF NOT EXISTS fanfold_journal_entries_by_age ON fanfold_journal_entries (answered_at_ms);
  CREATE UNLOGGED TABLE IF NOT EXISTS fanfold_journal_leases (
    key bytea PRIMARY KEY,
    holder text NOT NULL,
    origin text NOT NULL,
    renewals bigint NOT NULL,
    expires_at timestamptz NOT NULL
  );
  CREATE TABLE IF NOT EXISTS fanfold_journal_totals (
    id integer PRIMARY KEY CHECK (id = 1),
    reuses bigint NOT NULL,
    saved_usd double precision NOT NULL
  );
  CREATE TABLE IF NOT EXISTS fanfold_journal_spend (
    day text NOT NULL,
    run text NOT NULL,
    client text NOT NULL,
    model text NOT NULL,
    calls bigint NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cache_read_tokens bigint NOT NULL,
    cache_write_tokens bigint NOT NULL,
    cost_usd double precision NOT NULL,
    unpriced bigint NOT NULL,
    untold bigint NOT NULL,
    PRIMARY KEY (day, run, client, model)
  );
  CREATE TABLE IF NOT EXISTS fanfold_journal_spend_marks (mark text PRIMARY KEY, day text NOT NULL);
  CREATE UNLOGGED TABLE IF NOT EXISTS fanfold_journal_spend_holds (
    holder text PRIMARY KEY,
    day text NOT NULL,
    usd double precision NOT NULL,
    expires_at timestamptz NOT NULL
  );
  INSERT INTO fanfold_journal_totals VALUES (1, 0, 0) ON CONFLICT DO NOTHING;
`;
