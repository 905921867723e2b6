import type { PostgresPool } from '../../postgres/index.js';
import type { Spend } from '../spend.js';

const columns = `day, run, client, model, calls, input_tokens AS "inputTokens", output_tokens AS "outputTokens",
  cache_read_tokens AS "cacheReadTokens", cache_write_tokens AS "cacheWriteTokens", cost_usd AS "costUsd", unpriced, untold`;

const add = `INSERT INTO fanfold_journal_spend AS had VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
  ON CONFLICT (day, run, client, model) DO UPDATE SET calls = had.calls + excluded.calls,
    input_tokens = had.input_tokens + excluded.input_tokens, output_tokens = had.output_tokens + excluded.output_tokens,
    cache_read_tokens = had.cache_read_tokens + excluded.cache_read_tokens,
    cache_write_tokens = had.cache_write_tokens + excluded.cache_write_tokens, cost_usd = had.cost_usd + excluded.cost_usd,
    unpriced = had.unpriced + excluded.unpriced, untold = had.untold + excluded.untold`;

/** Adds rows to the ledger. */
export async function addSpend(pool: PostgresPool, rows: readonly Spend[]): Promise<void> {
  for (const row of rows) {
    const { day, run, client, model, calls, inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = row;
    const tokens = [inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens];
    await pool.rows(add, [day, run, client, model, calls, ...tokens, row.costUsd, row.unpriced, row.untold]);
  }
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
