import { expect, it } from 'vitest';

import type { CurrentDatabase } from '../../src/journal/embedded/current-database.js';
import type { JournalDatabase } from '../../src/journal/embedded/journal-database.js';
import { pruneDatabase } from '../../src/journal/embedded/prune-database.js';

/** What a file with pages of so many bytes, and entries of so many, is asked when it is pruned to a limit. */
async function askedOf({ pages, entries }: { pages: number; entries: number }, maxBytes: number): Promise<string[]> {
  const asked: string[] = [];
  const row = (sql: string) => {
    asked.push(sql);
    if (sql === 'PRAGMA page_count') return { page_count: pages / 4_096 };
    if (sql === 'PRAGMA page_size') return { page_size: 4_096 };
    return sql.startsWith('SELECT count') ? { entries: 0, bytes: 0 } : { bytes: entries };
  };
  const database = { row, transaction: <T>(work: () => T) => work() } as unknown as JournalDatabase;
  const current = { use: async <T>(work: (database: JournalDatabase) => T) => work(database) };
  const pruned = await pruneDatabase(current as unknown as CurrentDatabase, { maxAgeMs: 1, maxBytes }, Date.now());
  expect(pruned).toEqual({ entries: 0, bytes: 0 });
  return asked;
}

const ordersAll = (asked: readonly string[]) => asked.some((sql) => sql.includes('OVER'));
const sumsAll = (asked: readonly string[]) => asked.some((sql) => sql.endsWith('AS bytes FROM entries'));

it('looks at no entry for its size where the whole file is within the limit, so that many cost a start nothing', async () => {
  const asked = await askedOf({ pages: 8_192, entries: 7_000 }, 8_192);
  expect([sumsAll(asked), ordersAll(asked)]).toEqual([false, false]);
});

it('puts entries in order only where they exceed the limit together', async () => {
  const within = await askedOf({ pages: 8_192, entries: 4_096 }, 4_096);
  expect([sumsAll(within), ordersAll(within)]).toEqual([true, false]);
  expect(ordersAll(await askedOf({ pages: 8_192, entries: 4_097 }, 4_096))).toBe(true);
});
