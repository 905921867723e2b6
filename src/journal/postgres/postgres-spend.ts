import type { PostgresPool } from '../../postgres/index.js';
import { grantOf } from '../hold.js';
import type { Hold } from '../hold.js';
import type { Spend } from '../spend.js';

const columns = `day, run, client, model, calls, input_tokens AS "inputTokens", output_tokens AS "outputTokens",
  cache_read_tokens AS "cacheReadTokens", cache_write_tokens AS "cacheWriteTokens", cost_usd AS "costUsd", unpriced, untold`;

const add = `WITH marked AS (
    INSERT INTO fanfold_journal_spend_marks SELECT $13::text, $1::text WHERE $13::text IS NOT NULL ON CONFLICT DO NOTHING RETURNING mark
  )
  INSERT INTO fanfold_journal_spend AS had
  SELECT $1::text, $2::text, $3::text, $4::text, $5::bigint, $6::bigint, $7::bigint, $8::bigint, $9::bigint, $10::float8, $11::bigint, $12::bigint
  WHERE $13::text IS NULL OR EXISTS (SELECT FROM marked)
  ON CONFLICT (day, run, client, model) DO UPDATE SET calls = had.calls + excluded.calls,
    input_tokens = had.input_tokens + excluded.input_tokens, output_tokens = had.output_tokens + excluded.output_tokens,
    cache_read_tokens = had.cache_read_tokens + excluded.cache_read_tokens,
    cache_write_tokens = had.cache_write_tokens + excluded.cache_write_tokens, cost_usd = had.cost_usd + excluded.cost_usd,
    unpriced = had.unpriced + excluded.unpriced, untold = had.untold + excluded.untold
  RETURNING 1`;

/**
 * Adds rows to the ledger, those of a mark once for each model.
 *
 * @returns those that it has added
 */
export async function addSpend(pool: PostgresPool, rows: readonly Spend[], mark?: string): Promise<Spend[]> {
  const added: Spend[] = [];
  for (const row of rows) {
    const { day, run, client, model, calls, inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = row;
    const tokens = [inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens];
    const marked = mark === undefined ? null : `${mark} ${model}`;
    const values = [day, run, client, model, calls, ...tokens, row.costUsd, row.unpriced, row.untold, marked];
    if ((await pool.rows(add, values)).length > 0) added.push(row);
  }
  return added;
}

/**
 * Sets money aside. What is asked for is written before it is known what others have: of two who ask at once, one at least sees the other, and
 * both together never get more than there is.
 */
export async function holdSpend(pool: PostgresPool, hold: Hold): Promise<number> {
  const { holder, day, mostUsd, forMs } = hold;
  const keep = `INSERT INTO fanfold_journal_spend_holds VALUES ($1, $2, $3, clock_timestamp() + $4 * interval '1 ms')
    ON CONFLICT (holder) DO UPDATE SET day = excluded.day, usd = excluded.usd, expires_at = excluded.expires_at`;
  const taken = `SELECT (SELECT coalesce(sum(cost_usd), 0) FROM fanfold_journal_spend WHERE day = $1)
    + (SELECT coalesce(sum(usd), 0) FROM fanfold_journal_spend_holds
       WHERE day = $1 AND holder <> $2 AND expires_at > clock_timestamp()) AS usd`;
  await pool.rows(keep, [holder, day, mostUsd, forMs]);
  const [row] = await pool.rows<{ usd: number }>(taken, [day, holder]);
  const granted = grantOf(hold, row?.usd ?? 0);
  if (granted !== mostUsd) await pool.rows(keep, [holder, day, granted, forMs]);
  if (granted === 0)
    await pool.rows('DELETE FROM fanfold_journal_spend_holds WHERE holder = $1 OR expires_at < clock_timestamp()', [
      holder,
    ]);
  return granted;
}

export async function spendSince(pool: PostgresPool, sinceDay: string): Promise<Spend[]> {
  const sql = `SELECT ${columns} FROM fanfold_journal_spend WHERE day >= $1 ORDER BY day DESC, run, client, model`;
  const texts = ['day', 'run', 'client', 'model'];
  return (await pool.rows<Record<string, unknown>>(sql, [sinceDay])).map(
    (row) =>
      Object.fromEntries(
        // Numbers of 64 bits come as texts.
        Object.entries(row).map(([name, value]) => [name, texts.includes(name) ? value : Number(value)]),
      ) as unknown as Spend,
  );
}
