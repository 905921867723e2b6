import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { JournalFiles } from '../../src/journal/embedded/journal-files.js';
import { SharedSync } from '../../src/journal/embedded/shared-sync.js';
import { faultOf, isDamage, isReadOnly, journalError } from '../../src/journal/embedded/sqlite-error.js';

describe('the files of an embedded journal', () => {
  it('are numbered; the highest is in use, the others are set aside and can be removed', async () => {
    const home = await mkdtemp(join(tmpdir(), 'fanfold-files-'));
    onTestFinished(() => rm(home, { recursive: true }));
    const files = new JournalFiles(home);
    expect(files.path(2)).toBe(join(home, 'journal', 'journal-2.db'));
    await mkdir(files.directory);
    expect([await files.latest(), files.isSuperseded(1)]).toEqual([1, true]);
    for (const name of [
      'journal-10.db',
      'journal-2.db',
      'journal-2.db-wal',
      'journal-9.db',
      'xjournal-11.db',
      'journal-12.dbx',
    ])
      await writeFile(join(files.directory, name), '');
    expect([await files.latest(), files.isSuperseded(10), files.isSuperseded(9)]).toEqual([10, false, true]);
    expect(await files.setAside(10)).toEqual([files.path(2), files.path(9)]);
    await files.removeSetAside(9);
    expect(await files.setAside(99)).toEqual([files.path(9), files.path(10)]);
  });
});

describe('a sync that is shared', () => {
  it('has begun after the write of each who waits for it, one at a time, whatever becomes of one', async () => {
    const syncs: { end: () => void; fail: (error: Error) => void }[] = [];
    const sync = new SharedSync(() => new Promise((end, fail) => syncs.push({ end, fail })));
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const first = sync.afterWrite();
    await turn();
    expect(syncs).toHaveLength(1);
    const seen: string[] = [];
    const second = sync.afterWrite().then(() => seen.push('second'));
    const third = sync.afterWrite().then(() => seen.push('third'));
    await turn();
    expect([syncs.length, seen]).toEqual([1, []]);
    syncs[0]!.fail(new Error('The disk is full.'));
    await expect(first).rejects.toThrow('The disk is full.');
    await turn();
    expect([syncs.length, seen]).toEqual([2, []]);
    let isSettled = false;
    const settled = sync.settled().then(() => (isSettled = true));
    await turn();
    expect(isSettled).toBe(false);
    syncs[1]!.end();
    await Promise.all([second, third, settled]);
    expect(seen).toEqual(['second', 'third']);
  });
});

describe('an error of SQLite', () => {
  const sqlite = (errcode: number) => Object.assign(new Error('made up'), { errcode });

  it.each([
    [5, 'busy', 'JournalBusy'],
    [6, 'busy', 'JournalBusy'],
    [517, 'busy', 'JournalBusy'],
    [13, 'full', 'JournalFull'],
    [778, 'full', 'JournalFull'],
    [4_874, 'full', 'JournalFull'],
    [11, 'damaged', 'JournalUnusable'],
    [26, 'damaged', 'JournalUnusable'],
    [267, 'damaged', 'JournalUnusable'],
    [14, 'unusable', 'JournalUnusable'],
  ])('%i means %s', (code, fault, type) => {
    expect(faultOf(sqlite(code))).toBe(fault);
    expect(journalError(sqlite(code), '/here')).toMatchObject({ type, message: expect.stringContaining('/here') });
    expect(isDamage(sqlite(code))).toBe(fault === 'damaged');
  });

  it('is told from others, which may say that the disk is full', () => {
    expect([faultOf(undefined), faultOf(new Error('x'))]).toEqual([undefined, undefined]);
    expect([
      isDamage(sqlite(1)),
      isDamage(undefined),
      isReadOnly(sqlite(8)),
      isReadOnly(sqlite(5)),
      isReadOnly(undefined),
    ]).toEqual([true, false, true, false, false]);
    for (const code of ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO'])
      expect(journalError(Object.assign(new Error('x'), { code }), '/here')).toMatchObject({ type: 'JournalFull' });
    expect(journalError(Object.assign(new Error('x'), { code: 'EACCES' }), '/here')).toMatchObject({
      type: 'JournalUnusable',
    });
  });
});
