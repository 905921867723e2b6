import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import { clusterAddress } from '../support/cluster.js';
import { callsByPerspective, Desk } from '../support/fanfold.js';
import { PostgresServer } from '../support/postgres.js';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open();
  await desk.serve();
});

afterAll(() => desk.close());

function ask(perspectives: string, words: readonly string[] = [], stdin = 'A document.'): Promise<Run> {
  return desk.json(['perspectives', '-', '--perspectives', perspectives, ...words], { stdin });
}

it('answers a new run from the journal, at no cost and with the same output', async () => {
  const first = await ask('view-a,view-b');
  const second = await ask('view-a,view-b');
  expect(second.workflowId).not.toBe(first.workflowId);
  expect(second.output).toEqual(first.output);
  expect(second).toMatchObject({ status: 'complete', costUsd: 0 });
  expect(second.branches.map(({ reused, attempts, costUsd }) => [reused, attempts, costUsd])).toEqual([
    [true, 0, 0],
    [true, 0, 0],
  ]);
  expect(second.savedUsd).toBeCloseTo(first.costUsd!, 12);
  expect(second.usage).toEqual({ inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 });
  expect(callsByPerspective(desk)).toEqual(
    new Map([
      ['view-a', 1],
      ['view-b', 1],
    ]),
  );
});

it('asks only what changed in an edited run', async () => {
  await ask('edit-a,edit-b');
  const edited = await ask('edit-c,edit-b');
  expect(edited.branches.map(({ reused }) => reused)).toEqual([false, true]);
  await ask('edit-a', [], 'Another document.');
  await ask('edit-a', ['--max-tokens', '99']);
  await ask('edit-a', ['--model', 'claude-haiku-5-5']);
  const edits = [...callsByPerspective(desk)].filter(([name]) => name.startsWith('edit'));
  expect(new Map(edits)).toEqual(
    new Map([
      ['edit-a', 4],
      ['edit-b', 1],
      ['edit-c', 1],
    ]),
  );
});

it('asks anew with --fresh, and that answer is the one that stays', async () => {
  desk.model.script(
    { match: /view-fresh/, times: 1, fault: { kind: 'answer', text: 'old' } },
    { match: /view-fresh/, fault: { kind: 'answer', text: 'new' } },
  );
  expect((await ask('view-fresh')).output).toEqual({ 'view-fresh': 'old' });
  expect((await ask('view-fresh', ['--fresh'])).output).toEqual({ 'view-fresh': 'new' });
  expect((await ask('view-fresh')).output).toEqual({ 'view-fresh': 'new' });
  expect(callsByPerspective(desk).get('view-fresh')).toBe(2);
});

it('keeps proper answers only', async () => {
  desk.model.script(
    { match: /view-cut/, times: 1, fault: { kind: 'truncated' } },
    { match: /view-no/, times: 1, fault: { kind: 'refused' } },
  );
  const first = await ask('view-cut,view-no');
  expect(first.branches.map(({ status }) => status)).toEqual(['truncated', 'refused']);
  const second = await ask('view-cut,view-no');
  expect(second.branches.map(({ status, reused }) => [status, reused])).toEqual([
    ['ok', false],
    ['ok', false],
  ]);
});

it('pays once for what two runs ask at once', async () => {
  const gate = desk.model.hold(/view-same/);
  const [one, other] = [ask('view-same'), ask('view-same')];
  await desk.model.until(() => gate.waiting.length === 1);
  // Both runs have begun before the answer comes.
  while ((await desk.json<unknown[]>(['list', '--status', 'running'])).length < 2) await sleep(100);
  gate.release();
  const runs = await Promise.all([one, other]);
  expect(runs.map(({ status }) => status)).toEqual(['complete', 'complete']);
  expect(runs.map(({ savedUsd }) => savedUsd > 0).toSorted((left) => (left ? 1 : -1))).toEqual([false, true]);
  expect(callsByPerspective(desk).get('view-same')).toBe(1);
});

it('is carried into another home, whose runs pay for nothing that is in it', async () => {
  await ask('view-carried');
  const { stdout, code } = await desk.fanfold(['journal', 'export']);
  expect(code).toBe(0);
  const env = { FANFOLD_HOME: join(desk.directory, 'carried-home') };
  const took = await desk.fanfold(['journal', 'import', '-'], { stdin: stdout, env });
  expect([took.code, took.stdout]).toEqual([0, expect.stringMatching(/^Took \d+ answers; 0 were there already\./)]);
  expect((await desk.fanfold(['journal', 'export', '--out', 'carried.jsonl.gz'], { env })).code).toBe(0);
  expect((await desk.fanfold(['journal', 'export', '--out', 'carried.jsonl.gz'], { env })).stderr).toContain(
    'Expected `--out` to be a new file, got `carried.jsonl.gz`, which is there.',
  );
  const again = await desk.json<{ kept: number }>(['journal', 'import', 'carried.jsonl.gz'], { env });
  expect(again).toEqual({ kept: 0, known: stdout.trimEnd().split('\n').length });
  const bad = await desk.fanfold(['journal', 'import', '-'], { stdin: `${stdout}{"version":2}\n`, env });
  expect([bad.code, bad.stderr]).toEqual([
    2,
    expect.stringMatching(/standard input:\d+: Expected `version` to be 1, got 2\.[^]*were taken/),
  ]);
});

it.each([
  [['--no-record'], 2, 'Expected `--no-record` with `--cassette` or FANFOLD_CASSETTE, got it alone.'],
  [['--cassette', 'nowhere', '--no-record'], 2, 'Expected `--cassette` to be a folder of recorded calls, got '],
  // Its calls would not be recorded.
  [['--cassette', 'recorded'], 6, 'has no cassette, and this command has '],
])('refuses %j beside a worker without a cassette', async (flags, exit, message) => {
  const words = ['perspectives', '-', '--perspectives', 'view-a', ...flags];
  const { code, stderr } = await desk.fanfold(words, { stdin: 'A document.' });
  expect([code, stderr]).toEqual([exit, expect.stringContaining(message)]);
});

it('tells what it has, and is emptied', async () => {
  await desk.fanfold(['journal', 'clear', '--yes']);
  const stats = () => desk.json<{ entries: number; reuses: number; savedUsd: number }>(['journal', 'stats']);
  // The worker writes its reuses down now and then: those of the tests before may still be to come.
  let before = await stats();
  for (let earlier = -1; before.reuses !== earlier; before = await stats()) {
    earlier = before.reuses;
    await sleep(2_500);
  }
  const { costUsd } = await ask('told-a,told-b');
  await ask('told-a,told-b');
  while ((await stats()).reuses < before.reuses + 2) await sleep(100);
  expect(await stats()).toMatchObject({ entries: 2, reuses: before.reuses + 2 });
  expect((await stats()).savedUsd - before.savedUsd).toBeCloseTo(costUsd!, 9);
  expect((await desk.fanfold(['journal', 'prune', '--to-size', '0KB'])).stdout).toMatch(/^Removed 2 answers, /);
  await ask('told-a');
  const unasked = await desk.fanfold(['journal', 'clear']);
  expect([unasked.code, unasked.stderr]).toEqual([
    2,
    expect.stringContaining('Expected `--yes`, or a terminal to ask'),
  ]);
  expect((await stats()).entries).toBe(1);
  expect((await desk.fanfold(['journal', 'clear', '--yes'])).code).toBe(0);
  expect(await stats()).toMatchObject({ entries: 0 });
  await ask('told-a');
  expect(callsByPerspective(desk).get('told-a')).toBe(3);
});

it.skipIf(clusterAddress !== undefined)(
  'keeps its answers in PostgreSQL, for every home that names it, encrypted if wanted',
  async () => {
    const postgres = await PostgresServer.start();
    const other = await Desk.open();
    try {
      const env = {
        FANFOLD_JOURNAL: await postgres.freshUrl(),
        FANFOLD_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
        // The same API for both.
        ANTHROPIC_BASE_URL: other.model.url,
      };
      const words = ['perspectives', '-', '--perspectives', 'view-shared'];
      const stdin = 'The secret word is zebrafinch, says the supplier.';
      // The worker of this home keeps its answers elsewhere.
      const elsewhere = { ...env, FANFOLD_HOME: join(desk.directory, 'another-home') };
      const first = await desk.json(words, { stdin, env: elsewhere });
      const second = await other.json(words, { stdin, env });
      expect(first.branches[0]).toMatchObject({ status: 'ok', reused: false });
      expect(second.branches[0]).toMatchObject({ status: 'ok', reused: true, output: first.branches[0]!.output });
      expect(other.model.total).toBe(1);
      const { code, stdout } = await other.fanfold(['journal', 'stats'], { env });
      expect(code).toBe(0);
      expect(stdout).toMatch(/^1 answers/);
      // Under another key it is no answer.
      const third = await other.json(words, { stdin, env: { ...env, FANFOLD_ENCRYPTION_KEY: '0b'.repeat(32) } });
      expect(third.branches[0]).toMatchObject({ status: 'ok', reused: false });
    } finally {
      await other.close();
      await postgres.stop();
    }
  },
);

it.each([
  ['FANFOLD_JOURNAL', 'mysql://user:hunter2@host/db', 'Expected `FANFOLD_JOURNAL` to be a URL like `postgres://'],
  ['FANFOLD_ENCRYPTION_KEY', 'hunter2', 'Expected `FANFOLD_ENCRYPTION_KEY` to be 32 bytes in base64 or hexadecimal'],
])('refuses a bad %s without showing it; exit 2', async (name, value, message) => {
  const env = { [name]: value };
  for (const words of [['journal', 'stats'], ['perspectives', '-'], ['worker']]) {
    const { code, stderr } = await desk.fanfold(words, { env, stdin: 'A document.' });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('hunter2');
  }
});
