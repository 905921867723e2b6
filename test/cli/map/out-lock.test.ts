import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { mapParts } from '../../../src/report/answer/map-parts.js';
import type { Branch } from '../../../src/contract/run.js';
import { OutDraft } from '../../../src/cli/run/out-draft.js';
import type { World } from '../../../src/cli/world.js';
import { RowsFile } from '../../../src/cli/map/rows-file.js';
import type { OutFlags } from '../../../src/cli/map/rows-file.js';
import { wholeFormats } from '../../../src/cli/map/whole-file.js';
import { lockOut } from '../../../src/cli/run/out-lock.js';

it('keeps a file from a second command while the first runs, and takes over from one that is gone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fanfold-lock-'));
  const path = join(folder, 'out.jsonl');
  const unlock = await lockOut(path, 'out.jsonl');
  await expect(lockOut(path, 'out.jsonl')).rejects.toThrow(`which process ${process.pid} is writing`);
  await unlock();
  await writeFile(`${path}.lock`, JSON.stringify({ pid: process.pid, startTime: 'another' }));
  await (
    await lockOut(path, 'out.jsonl')
  )();
  expect(await readdir(folder)).toEqual([]);
});

it('writes over no file beside that of --out which is not its own', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'fanfold-beside-'));
  const beside = { 'a.jsonl.lock': 'my lock\n', 'b.csv.retry': 'my notes\n', 'c.json.draft': 'my draft\n' };
  for (const [name, text] of Object.entries(beside)) await writeFile(join(cwd, name), text);
  await expect(lockOut(join(cwd, 'a.jsonl'), 'a.jsonl')).rejects.toThrow(
    'Expected `a.jsonl.lock` to be left by a command',
  );
  const again = RowsFile.open('b.csv', { retryFailed: true }, { cwd } as World);
  await expect(again).rejects.toThrow("Expected `b.csv.retry` to be new or to hold the beginning of this run's rows");
  await writeFile(join(cwd, 'rows.jsonl'), '{"_row":"1","_status":"ok"}\n');
  await wholeFormats.find(({ ending }) => ending === '.json')?.write(join(cwd, 'rows.jsonl'), join(cwd, 'c.json'), []);
  for (const [name, text] of Object.entries(beside)) expect(await readFile(join(cwd, name), 'utf8')).toBe(text);
  expect((await readdir(cwd)).toSorted()).toEqual([
    'a.jsonl.lock',
    'b.csv.retry',
    'c.json',
    'c.json.draft',
    'rows.jsonl',
  ]);
});

it('names the file beside that of --out in which there are rows, and says where it is not its own', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'fanfold-beside-'));
  const open = async (text: string, flags: OutFlags) => {
    await writeFile(join(cwd, 'a.parquet.part.jsonl'), text);
    await (await RowsFile.open('a.parquet', flags, { cwd } as World)).unlock();
  };
  for (const flags of [{}, { resume: true }, { retryFailed: true }]) {
    for (const text of ['my notes\n', '{"key":"mine"}\n', 'null\n'])
      await expect(open(text, flags)).rejects.toThrow(/^Expected `a\.parquet\.part\.jsonl`.* not fanfold's\.$/);
  }
  const rows = '{"_row":"1","_status":"ok"}\n';
  await expect(open(rows, {})).rejects.toThrow('to be new, got `a.parquet.part.jsonl`, which has rows.');
  for (const text of ['', rows, '{"te']) await open(text, { resume: true });
});

it('writes over what a killed --retry-failed has left', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'fanfold-beside-'));
  for (const left of ['', '_row,_status\n', '_row,_status\n1,ok\n2,o']) {
    await writeFile(join(cwd, 'b.csv.retry'), left);
    const file = await RowsFile.open('b.csv', { retryFailed: true }, { cwd } as World);
    await file.unlock();
  }
});

it('keeps a file from a second command while a retry writes it', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'fanfold-lock-'));
  await writeFile(join(cwd, 'out.jsonl'), '{"id":"a","status":"failed"}\n');
  const draft = await OutDraft.open('out.jsonl', 'retried', ['a'], { cwd } as World);
  await expect(lockOut(join(cwd, 'out.jsonl'), 'out.jsonl')).rejects.toThrow(`which process ${process.pid} is writing`);
  await draft.file.add({ key: 'a', index: 0, status: 'ok', output: 'b' } as Branch);
  await draft.close();
  expect(await readdir(cwd)).toEqual(['out.jsonl']);
  // What cannot be meant keeps nothing.
  await expect(OutDraft.open('out.jsonl', 'other', ['b'], { cwd } as World)).rejects.toThrow('instead of "b"');
  expect(await readdir(cwd)).toEqual(['out.jsonl']);
});

it('leaves a file as it is until a retry has all of its rows', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'fanfold-lock-'));
  const path = join(cwd, 'out.jsonl');
  const before = '{"id":"a","status":"failed"}\n{"id":"b","status":"ok","summary":"Two."}\n';
  await writeFile(path, before);
  const rows = ['a', 'b'].map((key, index) => ({ key, index, status: 'ok', output: `New ${key}.` }) as Branch);
  for (const row of rows) {
    const draft = await OutDraft.open('out.jsonl', 'retried', ['a', 'b'], { cwd } as World);
    expect(await readFile(path, 'utf8')).toBe(before);
    await draft.file.add(row);
    await draft.close();
  }
  expect((await readFile(path, 'utf8')).split('\n').map((row) => row && JSON.parse(row).summary)).toEqual([
    'New a.',
    'New b.',
    '',
  ]);
  expect(await readdir(cwd)).toEqual(['out.jsonl']);
});

it('shows failed rows of a map in the order of the table, one each', () => {
  const branches = ['a#1', 'a#2', 'b#1', 'b#2'].map((key, index) => ({
    key,
    index,
    status: index < 2 ? 'failed' : 'ok',
  }));
  const reported = {
    run: { branches, output: [{ key: 'b', answer: 'yes' }] },
    asked: { rows: { a: { x: 1 }, b: { x: 2 } } },
  };
  const [part] = mapParts(reported as unknown as Parameters<typeof mapParts>[0]);
  expect(part).toMatchObject({ rows: [expect.arrayContaining(['a']), expect.arrayContaining(['b'])] });
});
