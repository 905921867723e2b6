import { grantOf } from '../hold.js';
import type { Hold } from '../hold.js';
import type { Spend } from '../spend.js';
import type { JournalDatabase } from './journal-database.js';

const add = `INSERT INTO spend VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, input_tokens = input_tokens + excluded.input_tokens,
    output_tokens = output_tokens + excluded.output_tokens,
    cache_read_tokens = cache_read_tokens + excluded.cache_read_tokens,
    cache_write_tokens = cache_write_tokens + excluded.cache_write_tokens, cost_usd = cost_usd + excluded.cost_usd,
    unpriced = unpriced + excluded.unpriced, untold = untold + excluded.untold`;

/**
 * Adds rows to the ledger, those of a mark once for each model.
 *
 * @returns those that it has added
 */
export function addSpend(database: JournalDatabase, rows: readonly Spend[], mark?: string): Spend[] {
  return database.transaction(() => {
    const added: Spend[] = [];
    for (const row of rows) {
      const known = 'INSERT INTO spend_marks VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING 1';
      if (mark !== undefined && database.row(known, `${mark} ${row.model}`, row.day) === undefined) continue;
      const { day, run, client, model, calls, inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = row;
      const tokens = [inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens];
      database.row(add, day, run, client, model, calls, ...tokens, row.costUsd, row.unpriced, row.untold);
      added.push(row);
    }
    return added;
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

/** Sets money aside. */
export function holdSpend(database: JournalDatabase, hold: Hold): number {
  const { holder, day, forMs } = hold;
  const taken = `SELECT (SELECT coalesce(sum(cost_usd), 0) FROM spend WHERE day = ?)
    + (SELECT coalesce(sum(usd), 0) FROM spend_holds WHERE day = ? AND holder <> ? AND expires_at_ms > ?) AS usd`;
  const keep = `INSERT INTO spend_holds VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET day = excluded.day, usd = excluded.usd, expires_at_ms = excluded.expires_at_ms`;
  return database.transaction(() => {
    const nowMs = Date.now();
    const granted = grantOf(hold, database.row<{ usd: number }>(taken, day, day, holder, nowMs)?.usd ?? 0);
    database.row('DELETE FROM spend_holds WHERE expires_at_ms <= ?', nowMs);
    if (granted > 0) database.row(keep, holder, day, granted, nowMs + forMs);
    else database.row('DELETE FROM spend_holds WHERE holder = ?', holder);
    return granted;
  });
}
