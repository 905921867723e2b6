import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { Branch, Run } from '../../src/contract/run.js';
import type { CallRecord, OfflineModelOptions } from '@fanfold/offline-model';
import { Desk } from '../support/fanfold.js';

let desk: Desk;

/** Of tests that need no home of their own: its worker stays, and it asks anew each time. */
let shared: Desk | undefined;
let latencyMs: (call: CallRecord) => number;

afterEach(async () => {
  if (desk !== shared) await desk.close();
});

const idOf = ({ prompt, document, request }: CallRecord) =>
  /doc-\d+/.exec(JSON.stringify(request ?? [prompt, document]))![0];

const ids = (count: number, first = 0) =>
  Array.from({ length: count }, (_, index) => `doc-${String(first + index).padStart(4, '0')}`);

function lines(count: number, first = 0): string {
  const text = (id: string) =>
    `This is ${id}. The supplier owes the customer ${id.length} euros. Notice is given in writing.`;
  return ids(count, first)
    .map((id) => `${JSON.stringify({ id, text: text(id) })}\n`)
    .join('');
}

/** A home with so many documents in docs.jsonl. */
async function open(count: number, options: OfflineModelOptions = {}): Promise<string[]> {
  desk = await Desk.open({ latencyMs: 30, retain: { calls: 100_000, requests: 100_000 }, ...options });
  const from = join(desk.directory, 'docs.jsonl');
  await writeFile(from, lines(count));
  return ['summarise', '--from', from];
}

/** The same in the home that is shared. */
async function openShared(count: number, latency: (call: CallRecord) => number): Promise<string[]> {
  latencyMs = latency;
  desk = shared!;
  const from = join(desk.directory, 'docs.jsonl');
  await writeFile(from, lines(count));
  return ['summarise', '--from', from, '--fresh'];
}

/** In that home too, documents that no other test asks about, to whose worker something will happen. */
async function openWithout(count: number, first: number): Promise<string[]> {
  const words = await openShared(count, () => 150);
  await writeFile(join(desk.directory, 'docs.jsonl'), lines(count, first));
  return words.filter((word) => word !== '--fresh');
}

/** How often each of these documents was asked about. */
function callsOf(documents: readonly string[]): Map<string, number> {
  const counts = desk.model.countBy(idOf);
  return new Map(documents.map((id) => [id, counts.get(id) ?? 0]));
}

const sum = (counts: Iterable<number>) => [...counts].reduce((total, each) => total + each, 0);

async function rows(path: string): Promise<{ id: string; status: string; summary?: string }[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}

// The same semantics whether each branch has an activity or many travel in a lane.
describe.each([
  { mode: 'direct', count: 12, affordable: 1.5 },
  { mode: 'lanes', count: 120, affordable: 6 },
])('summarise, $mode', ({ count, affordable }) => {
  beforeAll(async () => {
    shared = await Desk.open({ latencyMs: (call) => latencyMs(call), retain: { calls: 100_000, requests: 100_000 } });
    await shared.serve({ flags: ['--concurrency', String(count)] });
  });

  afterAll(() => shared?.close());

  it('gives one summary for each document, in input order, with at most so many at once', async () => {
    // The first in its home, whose model has seen no more in flight.
    const words = await openShared(count, () => 10 + Math.random() * 150);
    const { code, stdout } = await desk.fanfold([...words, '--concurrency', '7', '--ndjson']);
    expect(code).toBe(0);
    const printed = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const run = printed.pop() as Run;
    expect(printed.map(({ key }: Branch) => key).toSorted()).toEqual(ids(count));
    expect(run).toMatchObject({ kind: 'summarise', status: 'complete', coverage: { ok: count, total: count } });
    expect(run.branches.map(({ key, index }) => [key, index])).toEqual(ids(count).map((id, index) => [id, index]));
    expect((run.output as { key: string }[]).map(({ key }) => key)).toEqual(ids(count));
    expect(desk.model.peak).toBeLessThanOrEqual(7);
    expect(desk.model.total).toBe(count);
    expect(run.costUsd).toBeCloseTo(
      run.branches.reduce((sum, { costUsd }) => sum + costUsd!, 0),
      9,
    );
  });

  it('folds at a quorum, and cuts what is still going', async () => {
    const words = await openShared(count, (call) => (idOf(call).endsWith('3') ? 60_000 : 20));
    const quorum = Math.floor(count / 2);
    const run = await desk.json([
      ...words,
      '--concurrency',
      String(count),
      '--join',
      'quorum',
      '--quorum',
      String(quorum),
    ]);
    expect(run.status).toBe('partial');
    expect(run.coverage.ok).toBeGreaterThanOrEqual(quorum);
    expect(run.branches).toHaveLength(count);
    expect(run.branches.filter(({ key }) => key.endsWith('3')).every(({ status }) => status === 'cancelled')).toBe(
      true,
    );
    await desk.model.idle();
  });

  it('folds at the deadline; what is not there is late', async () => {
    const words = await openShared(count, (call) => (idOf(call).endsWith('3') ? 60_000 : 20));
    const { code, stdout } = await desk.fanfold([
      ...words,
      '--concurrency',
      String(count),
      '--deadline',
      '8s',
      '--json',
    ]);
    expect(code).toBe(3);
    const run = JSON.parse(stdout) as Run;
    for (const { key, status } of run.branches) expect(status, key).toBe(key.endsWith('3') ? 'late' : 'ok');
    await desk.model.idle();
  });

  it('ends with the first failure under `all`, and cuts the rest', async () => {
    const words = await openShared(count, () => 60_000);
    desk.model.script({ match: (call) => idOf(call) === 'doc-0002', fault: { kind: 'status', status: 400 }, times: 1 });
    const { code, stdout } = await desk.fanfold([...words, '--concurrency', String(count), '--join', 'all', '--json']);
    expect(code).toBe(4);
    const run = JSON.parse(stdout) as Run;
    expect(run.branches[2]).toMatchObject({ status: 'failed', error: { type: 'BadRequest' } });
    expect(run.branches.filter(({ status }) => status === 'cancelled')).toHaveLength(count - 1);
    await desk.model.idle();
  });

  it('keeps what is ok when it is cancelled, and leaves no call in flight', async () => {
    const words = await openShared(count, (call) => (Number(idOf(call).slice(4)) < 5 ? 20 : 60_000));
    const before = desk.model.total;
    const command = desk.begin([...words, '--concurrency', String(count), '--id', 'stopped', '--json']);
    await until(() => desk.model.total - before === count);
    await until(() => desk.model.calls.slice(-count).filter(({ answered }) => answered).length === 5);
    expect((await desk.fanfold(['cancel', 'stopped'])).code).toBe(0);
    const run = JSON.parse((await command.ended).stdout) as Run;
    await desk.model.idle({ timeoutMs: 2_000 });
    expect(run).toMatchObject({ status: 'cancelled', coverage: { ok: 5, total: count } });
    expect(run.branches).toHaveLength(count);
  });

  it('spends no more than its budget; what no longer fits is skipped', async () => {
    const words = await openShared(count, () => 30);
    const bound = (await desk.json<{ upperBoundUsd: number }>([...words, '--dry-run'])).upperBoundUsd / count;
    const budget = bound * affordable;
    const before = desk.model.total;
    const { code, stdout } = await desk.fanfold([...words, '--budget', budget.toFixed(6), '--json']);
    expect(code).toBe(3);
    const run = JSON.parse(stdout) as Run;
    expect(run.costUsd! + run.lostUsd).toBeLessThanOrEqual(budget);
    expect(run.coverage.ok).toBeGreaterThan(0);
    const skipped = run.branches.filter(({ status }) => status === 'skipped');
    expect(run.coverage.ok + skipped.length).toBe(count);
    expect(desk.model.total - before).toBe(run.coverage.ok);
  });

  // From here on each run starts a worker of its own: that which stays is killed.
  it('asks no finished document again after its worker was killed half way', async () => {
    const documents = ids(count, 1_000);
    const words = await openWithout(count, 1_000);
    const before = desk.model.total;
    const command = desk.begin([...words, '--concurrency', '6', '--id', 'killed', '--json']);
    const answered = () => desk.model.calls.slice(before - desk.model.total).filter((call) => call.answered);
    await until(() => desk.model.total - before > count / 2);
    await until(() => answered().length > count / 2);
    const finished = new Set(
      answered()
        .filter((call) => call.finishedAt! < Date.now() - 400)
        .map(idOf),
    );
    for (const pid of await desk.present('worker')) process.kill(pid, 'SIGKILL');
    const { stdout } = await command.ended;
    const run = JSON.parse(stdout) as Run;
    expect(run).toMatchObject({ status: 'complete', coverage: { ok: count, total: count } });
    const counts = callsOf(documents);
    for (const id of finished) expect(counts.get(id), id).toBe(1);
    expect(sum(counts.values())).toBeLessThanOrEqual(count + 6);
    // What the dead worker had paid for is on the bill, and nothing is said to be saved.
    expect(run.branches.every(({ reused }) => !reused)).toBe(true);
    expect(run.savedUsd).toBe(0);
    for (const { costUsd } of run.branches) expect(costUsd).toBeGreaterThan(0);
  });

  it('makes no call twice when its worker is told to end', async () => {
    const documents = ids(count, 2_000);
    const words = await openWithout(count, 2_000);
    const before = desk.model.total;
    const command = desk.begin([...words, '--concurrency', '6', '--id', 'drained', '--json']);
    await until(() => desk.model.total - before > count / 3);
    for (const pid of await desk.present('worker')) process.kill(pid, 'SIGTERM');
    expect((JSON.parse((await command.ended).stdout) as Run).coverage).toEqual({ ok: count, total: count });
    expect(Math.max(...callsOf(documents).values())).toBe(1);
  });

  it('appends rows in input order as they come, and goes on without gaps or repeats after everything was killed', async () => {
    const words = await openWithout(count, 3_000);
    const out = join(desk.directory, 'summaries.jsonl');
    const all = [...words, '--out', out, '--concurrency', '6', '--id', 'crash'];
    const command = desk.start(all);
    await until(async () => (await rows(out).catch(() => [])).length > count / 4);
    await command.kill('SIGKILL');
    for (const pid of await desk.present('worker')) process.kill(pid, 'SIGKILL');
    // A crash may cut a row.
    await writeFile(out, '{"id":"doc-', { flag: 'a' });
    expect((await desk.fanfold([...all, '--quiet'])).code).toBe(0);
    const written = await rows(out);
    expect(written.map(({ id }) => id)).toEqual(ids(count, 3_000));
    expect(written.every(({ status, summary }) => status === 'ok' && summary !== '')).toBe(true);
    expect(Math.max(...callsOf(ids(count, 3_000)).values())).toBeLessThanOrEqual(2);
    const repeated = await desk.fanfold([...all, '--quiet']);
    expect([repeated.code, (await rows(out)).length]).toEqual([0, count]);
  });
});

describe('bad input is refused before anything starts', () => {
  it.each([
    ['{"id":"a","text":"x"}\nnot json\n', ':2: Expected one JSON object a line, got "not json".'],
    ['{"id":"a","text":"x"}\n{"id":"a","text":"y"}\n', 'Expected every id once, got "a" twice.'],
    ['{"text":"x"}\n', ':1: Expected `id` to be a string or a number, got nothing.'],
    ['{"id":"a","text":" "}\n', ':1: Expected `text` to be a text, got " ".'],
    ['{"id":"a","text":"\\ud800"}\n', 'got half of a surrogate pair'],
    ['\n', 'Expected at least one document'],
  ])('%j', async (text, message) => {
    desk = await Desk.open();
    const from = join(desk.directory, 'docs.jsonl');
    await writeFile(from, text);
    const { code, stderr } = await desk.inProcess(['summarise', '--from', from]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(desk.model.total).toBe(0);
  });

  it.each([
    [[], 'Expected files or `--from`, got neither.'],
    [['a.md', '--from', 'b.jsonl'], 'Expected files or `--from`, got both.'],
    [['missing.md'], 'Expected a file, got `missing.md`, which does not exist.'],
    [['--from', 'missing.jsonl'], 'Expected a file, got `missing.jsonl`, which does not exist.'],
    [['a.md', '--sentences', '0'], 'Expected `--sentences` to be a whole number from 1 to 100, got `0`.'],
  ])('%j', async (words, message) => {
    desk = await Desk.open();
    const { code, stderr } = await desk.inProcess(['summarise', ...words]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it('rows of another run in --out', async () => {
    const words = await open(3);
    const out = join(desk.directory, 'out.jsonl');
    await writeFile(out, '{"id":"other","status":"ok"}\n');
    const { code, stderr } = await desk.inProcess([...words, '--out', out]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('got "other" in line 1 instead of "doc-0000"')]);
    expect(await readFile(out, 'utf8')).toBe('{"id":"other","status":"ok"}\n');
  });
});
