import { setImmediate as breathe } from 'node:timers/promises';

import type { JournalLimits, Pruned } from '../journal.js';
import type { CurrentDatabase } from './current-database.js';

/**
 * Entries that are removed, and pages that are freed, in one go. Between two goes others may write, and this process does other
 * work.
 */
const entriesAtOnce = 100;
const pagesAtOnce = 500;

const longDeadMs = 60_000;

/** Removes entries that exceed the limits, and gives their space back. */
export async function pruneDatabase(current: CurrentDatabase, limits: JournalLimits, nowMs: number): Promise<Pruned> {
  const { maxAgeMs = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY } = limits;
  await current.use((database) => database.row('DELETE FROM leases WHERE expires_at_ms < ?', nowMs - longDeadMs));
  const aged = await remove(
    current,
    `SELECT id FROM entries WHERE answered_at_ms < ? LIMIT ${entriesAtOnce}`,
    Math.max(nowMs - maxAgeMs, -8.64e15),
  );
  // An entry goes where all entries used later fill the limit.
  const large = (await mayExceed(current, maxBytes))
    ? await remove(
        current,
        `SELECT id FROM (SELECT id, used_at_ms, sum(bytes) OVER (ORDER BY used_at_ms DESC, id DESC) AS used_later FROM entries)
           WHERE used_later > ? ORDER BY used_at_ms, id LIMIT ${entriesAtOnce}`,
        Math.min(maxBytes, Number.MAX_SAFE_INTEGER),
      )
    : { entries: 0, bytes: 0 };
  const pruned = { entries: aged.entries + large.entries, bytes: aged.bytes + large.bytes };
  if (pruned.entries > 0) await giveSpaceBack(current);
  return pruned;
}

/**
 * Whether entries may have more bytes together. A file that is no larger has no more: putting a million entries in order takes seconds, in
 * which this process stands still, and each start of a worker would pay for that.
 */
function mayExceed(current: CurrentDatabase, maxBytes: number): Promise<boolean> {
  return current.use((database) => {
    const pages = database.row<{ page_count: number }>('PRAGMA page_count')?.page_count ?? 0;
    const pageBytes = database.row<{ page_size: number }>('PRAGMA page_size')?.page_size ?? 0;
    if (pages * pageBytes <= maxBytes) return false;
    const all = database.row<{ bytes: number }>('SELECT coalesce(sum(bytes), 0) AS bytes FROM entries');
    return (all?.bytes ?? 0) > maxBytes;
  });
}

/**
 * Removes everything.
 *
 * @returns the number of the file in use
 */
export async function clearDatabase(current: CurrentDatabase): Promise<number> {
  await remove(current, `SELECT id FROM entries WHERE ? LIMIT ${entriesAtOnce}`, 1);
  await current.use((database) => database.row('UPDATE totals SET reuses = 0, saved_usd = 0'));
  await giveSpaceBack(current);
  return current.use((database) => {
    database.checkpoint();
    return database.generation;
  });
}

/** @param ids a query for the next of those to go */
async function remove(current: CurrentDatabase, ids: string, limit: number): Promise<Pruned> {
  const removed = { entries: 0, bytes: 0 };
  for (;;) {
    const { entries = 0, bytes = 0 } =
      (await current.use((database) =>
        database.transaction(() => {
          const those = `FROM entries WHERE id IN (${ids})`;
          const sums = database.row<Pruned>(
            `SELECT count(*) AS entries, coalesce(sum(bytes), 0) AS bytes ${those}`,
            limit,
          );
          database.row(`DELETE ${those}`, limit);
          return sums;
        }),
      )) ?? {};
    removed.entries += entries;
    removed.bytes += bytes;
    if (entries < entriesAtOnce) return removed;
    await breathe();
  }
}

async function giveSpaceBack(current: CurrentDatabase): Promise<void> {
  const freePages = () =>
    current.use((database) => database.row<{ freelist_count: number }>('PRAGMA freelist_count')?.freelist_count ?? 0);
  for (let before = await freePages(); before > 0;) {
    await current.use((database) => database.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`));
    await breathe();
    const after = await freePages();
    // Not every file can shrink, and others may be making room too.
    if (after >= before) return;
    before = after;
  }
}
