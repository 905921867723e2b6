import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdir, open, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import { Desk } from '../support/fanfold.js';

const token = 'made-up-token-1';
let desk: Desk;

async function put(files: Record<string, string | Buffer>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const absolute = join(desk.directory, path);
    await mkdir(dirname(absolute), { recursive: true });
    await writeFile(absolute, content);
  }
}

const many = (folder: string, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`${folder}/${at}.md`, `Document ${at} says ${at}.`]));

beforeAll(async () => {
  desk = await Desk.open({ latencyMs: 10, batchMs: 300, retain: { calls: 1_000, requests: 1_000 } });
  await put({
    'pile/a.md': 'The revenue is 12 million.',
    'pile/deep/b.txt': 'Revenue by region.',
    'pile/empty.txt': '',
    'pile/latin.txt': Buffer.from('Grundst\u00fcck', 'latin1'),
    'pile/broken.pdf': '%PDF-1.7 broken',
    'pile/report.doc': Buffer.concat([
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      Buffer.from('WordDocument\0', 'utf16le'),
    ]),
    'pile/program': Buffer.from([0, 1, 2, 3]),
    'pile/.env': `TOKEN=${token}`,
    'pile/.hidden/tools.json': `The revenue token is ${token}.`,
    'pile/node_modules/x/readme.md': `The revenue token is ${token}.`,
    'pile/old.md': `The revenue token is ${token}.`,
    'pile/.gitignore': 'old.md\n',
    'pile/.fanfold/tools/x.json': `The revenue token is ${token}.`,
    'outside/secret.md': `The revenue token is ${token}.`,
  });
  await symlink('../outside/secret.md', join(desk.directory, 'pile/out.md'));
  await symlink('../outside', join(desk.directory, 'pile/out'));
  await symlink('a.md', join(desk.directory, 'pile/same.md'));
  await symlink('/nowhere/x.md', join(desk.directory, 'pile/dead.md'));
  execFileSync('mkfifo', [join(desk.directory, 'pile/pipe.md')]);
  await desk.serve();
});

afterAll(async () => {
  // Whoever waits at the pipe after all is let go.
  await (await open(join(desk.directory, 'pile/pipe.md'), constants.O_RDWR | constants.O_NONBLOCK)).close();
  await desk.close();
});

const skipped = {
  'pile/.env': 'hidden',
  'pile/.fanfold/': "fanfold's home",
  'pile/.gitignore': 'hidden',
  'pile/.hidden/': 'hidden',
  'pile/dead.md': 'a link to nothing',
  'pile/node_modules/': 'vendored',
  'pile/old.md': 'ignored',
  'pile/out': 'a link that leads out of the folder',
  'pile/out.md': 'a link that leads out of the folder',
  'pile/pipe.md': 'not a regular file',
  'pile/program': 'no reader for a binary file',
  'pile/report.doc': 'no reader for a document of Word 97 to 2003 (.doc)',
};
const taken = ['a.md', 'broken.pdf', 'deep/b.txt', 'empty.txt', 'latin.txt', 'same.md'].map((name) => `pile/${name}`);

interface Dry {
  branches: { key: string; unreadable?: string }[];
  skipped: { path: string; reason: string }[];
  total: number;
}

describe('summarise FOLDER', () => {
  it('says what is taken and what is skipped, each with its reason', async () => {
    const words = ['summarise', 'pile', '--offline', '--dry-run'];
    const { stdout, stderr } = await desk.inProcess([...words, '--json']);
    const dry = JSON.parse(stdout) as Dry;
    expect(dry.branches.map(({ key }) => key)).toEqual(taken);
    expect(Object.fromEntries(dry.skipped.map(({ path, reason }) => [path, reason]))).toEqual(skipped);
    expect(stderr).toContain('pile: 6 documents, 3 of them cannot be read; skipped 12 files and folders (hidden: 3,');
    const both = await desk.inProcess(['summarise', 'pile/deep', 'pile/a.md', '--offline', '--dry-run']);
    expect(both.stderr).toContain('2 paths: 2 documents');
    const table = (await desk.inProcess(words)).stdout;
    expect(table).toContain('skipped pile/report.doc: no reader for a document of Word 97 to 2003 (.doc)\n');
    expect(table).toMatch(/^pile\/empty.txt +cannot be read: Expected `pile\/empty.txt` to hold text, got nothing.$/m);
  });

  it('takes in what flags name', async () => {
    const keys = async (...flags: string[]) => {
      const { stdout } = await desk.inProcess(['summarise', 'pile', '--offline', '--dry-run', '--json', ...flags]);
      return (JSON.parse(stdout) as Dry).branches.map(({ key }) => key);
    };
    expect(await keys('--hidden')).toEqual(expect.arrayContaining(['pile/.env', 'pile/.hidden/tools.json']));
    expect(await keys('--no-ignore')).toEqual(expect.arrayContaining(['pile/old.md', 'pile/node_modules/x/readme.md']));
    const all = await keys('--no-ignore', '--hidden', '--ignore', '*.txt', '--ignore', 'deep/');
    expect(all).toEqual(expect.arrayContaining(['pile/.env', 'pile/old.md']));
    expect(all.join()).not.toMatch(/\.txt|deep|fanfold|out/);
  });

  it('takes a pattern as the folder that it begins in', async () => {
    const { stdout } = await desk.inProcess(['summarise', 'pile/**/*.{md,txt}', '--offline', '--dry-run', '--json']);
    const dry = JSON.parse(stdout) as Dry;
    expect(dry.branches.map(({ key }) => key)).toEqual(taken.filter((name) => !name.endsWith('.pdf')));
    expect(dry.skipped.map(({ path }) => path)).toEqual(expect.arrayContaining(['pile/out.md', 'pile/pipe.md']));
  });

  it('has every file of every folder, in the order of their paths', async () => {
    await put({ ...many('many/inner', 100), ...many('many', 3) });
    const { stdout } = await desk.inProcess(['summarise', 'many', '--offline', '--dry-run', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ total: 103, unreadable: [], skipped: [] });
  });

  it('has a key for every file, whatever its name', async () => {
    const long = Array.from({ length: 4 }, () => 'x'.repeat(100)).join('/');
    await put({ [`names/${long}/a.md`]: 'A.', [`names/${long}/b.md`]: 'B.', 'names/two\nlines \u001b[2J.md': 'C.' });
    const { stdout } = await desk.inProcess(['summarise', 'names', '--offline', '--dry-run', '--json']);
    const keys = (JSON.parse(stdout) as Dry).branches.map(({ key }) => key);
    expect(keys[0]).toBe(String.raw`names/two\u{a}lines \u{1b}[2J.md`);
    expect(keys.slice(1)).toEqual([expect.stringMatching(/…x+.*\/a\.md$/), expect.stringMatching(/…x+.*\/b\.md$/)]);
    expect(Math.max(...keys.map(({ length }) => length))).toBeLessThanOrEqual(200);
  });

  it.each([
    ['direct', {}, 0],
    ['lanes', many('pile/wide', 60), 60],
  ])('has a failed row for what cannot be read, and asks about the rest: %s', async (mode, more, count) => {
    await put(more);
    const out = `${mode}.jsonl`;
    const { code, stdout } = await desk.fanfold(['summarise', 'pile', '--json', '--budget', '5', '--out', out]);
    const run = JSON.parse(stdout) as Run;
    expect([code, run.status, run.coverage]).toEqual([3, 'partial', { ok: 3 + count, total: 6 + count }]);
    const failed = run.branches.filter(({ status }) => status !== 'ok');
    const type = 'DocumentUnreadable';
    expect(failed).toMatchObject([
      { key: 'pile/broken.pdf', status: 'failed', costUsd: 0, attempts: 0, error: { type } },
      { key: 'pile/empty.txt', status: 'failed', error: { type, message: expect.stringContaining('got nothing') } },
      { key: 'pile/latin.txt', status: 'failed', error: { type, message: expect.stringContaining('at offset 7') } },
    ]);
    const rows = (await readFile(join(desk.directory, out), 'utf8')).trim().split('\n');
    expect(rows.map((row) => JSON.parse(row).id)).toEqual(run.branches.map(({ key }) => key));
    const asked = desk.model.calls.map(({ request }) => JSON.stringify(request)).join('\n');
    expect(asked).toContain('12 million');
    expect(asked).not.toContain(token);
  });

  it('asks in batches about the rest as well', async () => {
    const run = await desk.json(['summarise', 'pile', '--economy', '--sentences', '3', '--ignore', 'wide/']);
    expect(run.branches.map(({ status }) => status)).toEqual(['ok', 'failed', 'ok', 'failed', 'failed', 'ok']);
    const wide = await desk.json(['summarise', 'pile', '--economy', '--sentences', '3']);
    expect(wide.coverage).toEqual({ ok: 63, total: 66 });
  });

  it('starts nothing where too few can be read for what is asked', async () => {
    const words = ['summarise', 'pile', '--offline', '--ignore', 'wide/'];
    const before = desk.model.total;
    for (const flags of [
      ['--join', 'all'],
      ['--at-least', '0.9'],
    ]) {
      const { code, stderr } = await desk.inProcess([...words, ...flags]);
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/Expected 6 of 6 documents to be ok.* got 3 .*empty\.txt/s),
      ]);
    }
    const none = await desk.inProcess(['summarise', 'pile/empty.txt', 'pile/latin.txt']);
    expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/got 2 that cannot.*empty.*latin/s)]);
    expect(desk.model.total).toBe(before);
  });

  it('goes on without a named file that cannot be read, but not without one that is not there', async () => {
    const run = await desk.json(['summarise', 'pile/a.md', 'pile/pipe.md', 'pile/empty.txt']);
    expect(run.branches.map(({ key, status }) => [key, status])).toEqual([
      ['pile/a.md', 'ok'],
      ['pile/pipe.md', 'failed'],
      ['pile/empty.txt', 'failed'],
    ]);
    const { code, stderr } = await desk.inProcess(['summarise', 'pile/a.md', 'one.md', 'two.md']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('got `one.md`, `two.md`, which do not exist.')]);
  });

  it('does not go through a home', async () => {
    for (const path of ['home', 'pile/.fanfold', 'pile/.fanfold/tools']) {
      const { code, stderr } = await desk.inProcess(['summarise', path, '--offline']);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`got \`${path}\`. It is fanfold's home`)]);
    }
  });
});

it('gather finds what is taken, past a pipe, and tells no model what is hidden, elsewhere or ignored', async () => {
  const run = await desk.json<Run & { output: { hits: { title: string }[] } }>([
    'gather',
    `revenue ${token}`,
    '--sources',
    'files:pile',
    '--attempts',
    '1',
    '--answer',
  ]);
  expect(run.status).toBe('complete');
  expect(run.output.hits.map(({ title }) => title)).toEqual(expect.arrayContaining(['a.md', 'deep/b.txt']));
  expect(JSON.stringify(run.output.hits)).not.toContain('token is');
  const inHome = await desk.json(['gather', 'revenue', '--sources', 'files:pile/.fanfold', '--attempts', '1']);
  expect(inHome.branches[0]).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('home') } });
});

it('an agent lists, reads and searches what is taken only', async () => {
  const of = async (task: string) => {
    const run = await desk.json(['agent', task, '--tools', 'files:pile', '--max-turns', '2']);
    return JSON.stringify(
      run.branches.filter(({ key }) => /_files?-/.test(key)).map(({ output, error }) => [output, error]),
    );
  };
  const listed = await of('List the files of the folder "."');
  expect(listed).toContain('"a.md"');
  expect(listed).not.toMatch(/\.env|hidden|node_modules|old\.md|out\.md|pipe/);
  expect(await of('Search files for the best passages on revenue')).not.toContain(token);
  expect(await of('Read the file old.md of the folder')).toContain('ignored');
  expect(await of('Read the file out.md of the folder')).toContain('Expected a path inside the folder');
  expect(await of('Read the file pipe.md of the folder')).toContain('Expected a file');
});
