import { appendFile, cp, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { DatabaseSync } from '@photostructure/sqlite';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';

import { keyOf, entryOf } from './entries.js';
import { makeHome, open } from './journals.js';
import { answerOf, Participant } from './participants.js';

type Files = { [name: string]: Buffer };

/** What a killed process left behind: the database and its write-ahead log. */
let left: Files = {};
/** The same after a clean end: the database alone. */
let atRest: Files = {};
let kept: number[] = [];

const database = 'journal-1.db';
const log = 'journal-1.db-wal';

beforeAll(async () => {
  const home = await makeHome();
  const writer = new Participant({ role: 'write', place: { home }, seed: 0 });
  await writer.told('kept', 400);
  await writer.kill();
  kept = writer.all('kept') as number[];
  left = await filesIn(home, [database, log]);
  await (await open({ home })).close();
  atRest = await filesIn(home, [database]);
});

async function filesIn(home: string, names: string[]): Promise<Files> {
  const files = names.map(async (name) => [name, await readFile(join(home, 'journal', name))] as const);
  return Object.fromEntries(await Promise.all(files));
}

function withByte(bytes: Buffer, at: number, byte: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = byte;
  return changed;
}

async function homeWith(files: Files): Promise<string> {
  const home = await makeHome();
  await mkdir(join(home, 'journal'));
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(home, 'journal', name), bytes);
  return home;
}

async function openDamaged(home: string): Promise<{ journal: Awaited<ReturnType<typeof open>>; warnings: string[] }> {
  const warnings: string[] = [];
  return { journal: await open({ home }, { onWarning: (warning) => warnings.push(warning) }), warnings };
}

it('has the files that the property below damages', async () => {
  expect(left[log]!.length).toBeGreaterThan(10_000);
  expect(atRest[database]!.length).toBeGreaterThan(100_000);
  for (const files of [left, atRest]) {
    const journal = await open({ home: await homeWith(files) });
    for (const question of kept) expect((await journal.get(keyOf(question)))?.answer).toBe(answerOf(question));
  }
});

/** A place in a file, as a share of its length. */
const share = fc.nat(9_999).map((part) => part / 10_000);

/** Bytes changed here and there, at the beginning of pages above all, a whole page replaced, or the file cut short. */
const damage = fc.record({
  target: fc.constantFrom(
    { name: database, isAtRest: true },
    { name: database, isAtRest: false },
    { name: log, isAtRest: false },
  ),
  how: fc.oneof(
    fc.record({
      at: fc.array(fc.record({ place: share, byte: fc.nat(255) }), {
        minLength: 1,
        maxLength: 100,
      }),
      inHeaders: fc.boolean(),
    }),
    fc.record({
      page: share,
      bytes: fc.uint8Array({ minLength: 4_096, maxLength: 4_096 }),
    }),
    fc.record({ length: share }),
  ),
});

const pageBytes = 4_096;

function damaged(bytes: Buffer, how: (typeof damage extends fc.Arbitrary<infer T> ? T : never)['how']): Buffer {
  const copy = Buffer.from(bytes);
  if ('length' in how) return copy.subarray(0, Math.floor(how.length * copy.length));
  const startOf = (place: number) => Math.floor((place * copy.length) / pageBytes) * pageBytes;
  if ('page' in how)
    return Buffer.concat([
      copy.subarray(0, startOf(how.page)),
      how.bytes,
      copy.subarray(startOf(how.page) + pageBytes),
    ]);
  for (const { place, byte } of how.at) {
    const index = how.inHeaders ? startOf(place) + (byte % 64) : Math.floor(place * (copy.length - 1));
    if (index < copy.length) copy[index] = byte;
  }
  return copy;
}

it('gives right answers or none from a damaged file, and goes on (Journal-2)', async () => {
  let [right, none, setAside] = [0, 0, 0];
  await fc.assert(
    fc.asyncProperty(damage, async ({ target: { name, isAtRest }, how }) => {
      const files = isAtRest ? atRest : left;
      const home = await homeWith({ ...files, [name]: damaged(files[name]!, how) });
      const { journal, warnings } = await openDamaged(home);
      for (const question of kept) {
        const entry = await journal.get(keyOf(question));
        if (entry === undefined) none += 1;
        else {
          right += 1;
          expect(entry.answer).toBe(answerOf(question));
        }
      }
      const findsWhatItKeeps = async () => {
        for (const question of kept.slice(0, 5)) await journal.put(keyOf(question), entryOf('again'));
        await journal.prune({ maxBytes: 1e6, maxAgeMs: 1e9 });
        const found = await Promise.all(kept.slice(0, 5).map((question) => journal.get(keyOf(question))));
        return found.every((entry) => entry?.answer === 'again');
      };
      // Damage that shows only now costs what was kept before; nothing is lost in the file after that.
      expect((await findsWhatItKeeps()) || (await findsWhatItKeeps())).toBe(true);
      await journal.once(keyOf('new'), {}, () => Promise.resolve({ value: 'new', entry: entryOf('new') }));
      setAside += (await journal.stats()).setAside.length;
      if ((await journal.stats()).setAside.length > 0) expect(warnings.join()).toContain('is damaged');
      await journal.close();
      await rm(home, { recursive: true });
    }),
    { numRuns: 60 },
  );
  // Otherwise the property would hold for nothing.
  expect(Math.min(right, none, setAside)).toBeGreaterThan(0);
});

it.each([
  ['is no database', () => Buffer.from('<html>'.repeat(2_000))],
  ['was cut short', () => atRest[database]!.subarray(0, 50_000)],
  ['seems to be of a format that SQLite may only read', () => withByte(atRest[database]!, 18, 146)],
])('begins a new file, with a warning, when the old one %s, and keeps that', async (_, bytes) => {
  const home = await homeWith({ [database]: bytes() });
  const { journal, warnings } = await openDamaged(home);
  await journal.put(keyOf('new'), entryOf('new'));
  for (const question of kept.slice(0, 50)) await journal.get(keyOf(question));
  await journal.put(keyOf('new'), entryOf('new'));
  expect(warnings.join()).toMatch(
    /journal-1\.db is damaged \(.+\)\. It stays where it is, .+journal-2\.db is used from now on/,
  );
  expect((await journal.stats()).place).toBe(join(home, 'journal', 'journal-2.db'));
  expect((await journal.stats()).setAside).toEqual([join(home, 'journal', database)]);
  expect(await readFile(join(home, 'journal', database))).toEqual(bytes());

  // The next process has nothing to warn of.
  const next = await open({ home });
  expect(await next.get(keyOf('new'))).toMatchObject({ answer: 'new' });
  await next.clear();
  expect(await readdir(join(home, 'journal'))).not.toContain(database);
});

it('goes on to the new file in every process, also one that has the damaged one open', async () => {
  const home = await homeWith(left);
  const { journal: unaware, warnings } = await openDamaged(home);
  await unaware.put(keyOf('before'), entryOf('before'));
  // What a process that meets the damage does.
  await cp(join(home, 'journal', database), join(home, 'copy'));
  await writeFile(join(home, 'journal', 'journal-2.db'), '');
  const aware = await open({ home });
  await unaware.put(keyOf('after'), entryOf('after'));
  expect(await aware.get(keyOf('after'))).toMatchObject({ answer: 'after' });
  expect(await aware.get(keyOf('before'))).toBeUndefined();
  expect(warnings).toEqual([]);
});

it('makes its file again when somebody has removed it', async () => {
  const home = await makeHome();
  const journal = await open({ home });
  await journal.put(keyOf('a'), entryOf('a'));
  await rm(join(home, 'journal'), { recursive: true });
  expect(await journal.get(keyOf('a'))).toBeUndefined();
  await journal.put(keyOf('b'), entryOf('b'));
  expect(await (await open({ home })).get(keyOf('b'))).toMatchObject({ answer: 'b' });
});

it('says that the disk is full, and loses nothing of what it has', async () => {
  const home = await makeHome();
  const writer = new Participant({ role: 'write', place: { home }, seed: 0, mostBlocks: 4_000 });
  await writer.told('failed', 4);
  expect(new Set(writer.all('failed'))).toEqual(new Set(['JournalFull']));
  expect(writer.all('message')[0]).toMatch(/cannot be written: no space is left, or the disk fails/);
  const acknowledged = writer.all('kept') as number[];
  expect(acknowledged.length).toBeGreaterThan(10);
  const journal = await open({ home });
  for (const question of acknowledged) expect((await journal.get(keyOf(question)))?.answer).toBe(answerOf(question));
  await journal.put(keyOf('new'), entryOf('new'));
});

it('gives an answer that it cannot keep to whoever asked, with a warning', async () => {
  const home = await makeHome();
  const asker = new Participant({ role: 'ask', place: { home }, seed: 1, mostBlocks: 400 });
  asker.say('go');
  await asker.told('asking');
  // Random, so that it does not become small.
  const answer = Array.from({ length: 100_000 }, () => Math.random().toString(36).slice(2)).join('');
  asker.say(answer);
  expect(await asker.told('answer')).toBe(answer);
  expect(asker.all('warning')).toEqual([expect.stringMatching(/could not be kept in the journal.+no space/)]);
});

it('says what is wrong with a home that it cannot write to', async () => {
  const home = join(await makeHome(), 'file');
  await appendFile(home, 'no directory');
  await expect(open({ home })).rejects.toMatchObject({ name: 'UnavailableError', type: 'JournalUnusable' });
  await truncate(home);
});

it.each([
  ['damaged', { user_version: 7 }, { setAside: 1, refused: false }],
  ['of a later version', { user_version: 7, application_id: 0x66616e07 }, { setAside: 0, refused: true }],
])('takes a file for %s by both places where its version stands: %j', async (_, pragmas, { setAside, refused }) => {
  const home = await homeWith(atRest);
  const database = new DatabaseSync(join(home, 'journal', 'journal-1.db'));
  for (const [name, value] of Object.entries(pragmas)) database.exec(`PRAGMA ${name} = ${value}`);
  database.close();
  if (refused) {
    await expect(openDamaged(home)).rejects.toMatchObject({ type: 'JournalTooNew' });
  } else {
    const { journal } = await openDamaged(home);
    expect((await journal.stats()).setAside).toHaveLength(setAside);
    await journal.close();
  }
  await rm(home, { recursive: true });
});
