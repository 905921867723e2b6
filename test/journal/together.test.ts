import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DatabaseSync } from '@photostructure/sqlite';
import { expect, it, onTestFinished } from 'vitest';

import { CurrentDatabase } from '../../src/journal/embedded/current-database.js';
import type { JournalDatabase } from '../../src/journal/embedded/journal-database.js';
import { JournalFiles } from '../../src/journal/embedded/journal-files.js';

async function openDatabase(): Promise<CurrentDatabase> {
  const home = await mkdtemp(join(tmpdir(), 'fanfold-journal-'));
  const current = new CurrentDatabase(new JournalFiles(home), () => {});
  onTestFinished(async () => {
    await current.close();
    await rm(home, { recursive: true });
  });
  return current;
}

const insert = (holder: string) => (database: JournalDatabase) =>
  database.row("INSERT INTO leases VALUES (?, ?, '', 0, 0)", Buffer.from(holder), holder);

function holders(current: CurrentDatabase): Promise<string | undefined> {
  const sql = "SELECT group_concat(holder, ' ') AS holders FROM (SELECT holder FROM leases ORDER BY holder)";
  return current.use((database) => database.row<{ holders: string }>(sql)?.holders);
}

it('is one transaction for all that is asked for in one round, each with its own result', async () => {
  const current = await openDatabase();
  const sees = (holder: string) => (database: JournalDatabase) =>
    database.row<{ seen: number }>('SELECT count(*) AS seen FROM leases WHERE holder = ?', holder)?.seen;
  const others = new DatabaseSync(await current.use(({ path }) => path));
  let committed: unknown;
  const results = await Promise.all([
    current.together(sees('a')),
    current.together(insert('a')),
    current.together(sees('a')),
    current.together(() => {
      committed = others.prepare('SELECT count(*) AS leases FROM leases').get();
    }),
  ]);
  expect(results.slice(0, 3)).toEqual([0, undefined, 1]);
  expect(committed).toEqual({ leases: 0 });
  expect(await holders(current)).toBe('a');
  others.close();
});

it('lets what fails be the fate of one, and of no other (CurrentDatabase-4)', async () => {
  const current = await openDatabase();
  const results = await Promise.allSettled([
    current.together(insert('a')),
    current.together(insert('a')),
    current.together(() => {
      throw new RangeError('no such thing');
    }),
    current.write(insert('b')),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect(results[2]).toMatchObject({ reason: { message: expect.stringMatching('no such thing') } });
  expect(await holders(current)).toBe('a b');
});
