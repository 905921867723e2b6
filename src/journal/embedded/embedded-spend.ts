import type { Spend } from '../spend.js';
import type { JournalDatabase } from './journal-database.js';

const add = `INSERT INTO spend VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, input_tokens = input_tokens + excluded.input_tokens,
    output_tokens = output_tokens + excluded.output_tokens,
    cache_read_tokens = cache_read_tokens + excluded.cache_read_tokens,
    cache_write_tokens = cache_write_tokens + excluded.cache_write_tokens, cost_usd = cost_usd + excluded.cost_usd,
    unpriced = unpriced + excluded.unpriced, untold = untold + excluded.untold`;

/** Adds rows to the ledger. */
export function addSpend(database: JournalDatabase, rows: readonly Spend[]): void {
  database.transaction(() => {
    for (const row of rows) {
      const { day, run, client, model, calls, inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = row;
      const tokens = [inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens];
      database.row(add, day, run, client, model, calls, ...tokens, row.costUsd, row.unpriced, row.untold);
    }
  });
}

/** The ledger from a day on, in one row of JSON: see `JournalDatabase.row`. */
export function spendSince(database: JournalDatabase, sinceDay: string): Spend[] {
  const sql = `SELECT json_group_array(json_object('day', day, 'run', run, 'client', client, 'model', model, 'calls', calls,
      'inputTokens', input_tokens, 'outputTokens', output_tokens, 'cacheReadTokens', cache_read_tokens,
      'cacheWriteTokens', cache_write_tokens, 'costUsd', cost_usd, 'unpriced', unpriced, 'untold', untold)) AS rows
    FROM (SELECT * FROM spend WHERE day >= ? ORDER BY day DESC, run, client, model)`;
  return JSON.parse(database.row<{ rows: string }>(sql, sinceDay)?.rows ?? '[]') as Spend[];
}
