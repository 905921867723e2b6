import { afterAll, describe, expect, it } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import type { Batch, CallRecord, OfflineModelOptions } from '@fanfold/offline-model';
import { costOf } from '../../src/model/index.js';
import { Desk, manyPerspectives, perspectiveOf } from '../support/fanfold.js';

const stdin = 'The customer pays 100 euros a month. The supplier is liable for intent only. '.repeat(40);
const keys = manyPerspectives(6);
const words = ['perspectives', '-', '--perspectives', keys.join(','), '--economy'];

let desk: Desk;
/** Of tests that need no home of their own: its worker stays, and each asks something else. */
let shared: Desk | undefined;

async function open(options: OfflineModelOptions = {}): Promise<Desk> {
  const opened = await Desk.open({ latencyMs: 0, batchMs: 2_500, ...options });
  await opened.serve();
  return opened;
}

/** A home of the test's own: such tests mostly wait, and do so at the same time. */
async function apart(options: OfflineModelOptions, during: (desk: Desk) => Promise<void>): Promise<void> {
  const own = await open(options);
  try {
    await during(own);
  } finally {
    await own.close();
  }
}

/** What the model has received since. */
async function openShared(): Promise<{ batches(): Batch[]; calls(): CallRecord[] }> {
  shared ??= await open();
  desk = shared;
  const { total, batches } = desk.model;
  const before = batches.length;
  return {
    batches: () => desk.model.batches.slice(0, desk.model.batches.length - before),
    calls: () => (desk.model.total === total ? [] : desk.model.calls.slice(total - desk.model.total)),
  };
}

afterAll(() => shared?.close());

it('asks by one Message Batch, at half the price, and matches the answers whatever their order', async () => {
  const since = await openShared();
  const run = await desk.json([...words, '--id', 'cheap'], { stdin });
  expect(run).toMatchObject({ status: 'complete', coverage: { ok: 6, total: 6 } });
  expect(run.branches.map(({ key }) => key)).toEqual(keys);
  expect(since.batches()).toHaveLength(1);
  expect(since.calls()).toEqual([]);
  const online = await desk.json(['perspectives', '-', '--perspectives', keys.join(','), '--fresh'], { stdin });
  expect(run.output).toEqual(online.output);
  expect(run.costUsd).toBeCloseTo(online.costUsd! / 2, 9);
});

it('costs nothing when the journal has the answers, and asks only for those that it lacks', async () => {
  const since = await openShared();
  await desk.json(['perspectives', '-', '--perspectives', keys.slice(0, 2).join(',')], { stdin: `${stdin}Twice.` });
  const run = await desk.json(words, { stdin: `${stdin}Twice.` });
  expect(run.branches.map(({ reused }) => reused)).toEqual([true, true, false, false, false, false]);
  expect(since.batches()[0]?.requests).toHaveLength(4);
  const again = await desk.json([...words, '--id', 'again'], { stdin: `${stdin}Twice.` });
  expect(again.branches.every(({ reused }) => reused)).toBe(true);
  expect(again.costUsd).toBe(0);
  expect(since.batches()).toHaveLength(1);
});

it('asks online for what has errored or expired in the batch', async () => {
  const since = await openShared();
  desk.model.script(
    { match: /perspective: view-02/, fault: { kind: 'expired' }, times: 1 },
    { match: /perspective: view-04/, fault: { kind: 'overloaded' }, times: 1 },
  );
  const run = await desk.json(words, { stdin: `${stdin}In part.` });
  expect(run.status).toBe('complete');
  expect(since.calls().map(perspectiveOf).toSorted()).toEqual(['view-02', 'view-04']);
});

it('asks about many documents in as many batches as there are chunks, and online for what is missing', async () => {
  const since = await openShared();
  desk.model.script({
    match: (call) => call.document.includes('document 007'),
    fault: { kind: 'expired' },
    times: 1,
  });
  const rows = Array.from({ length: 120 }, (_, index) => {
    const number = String(index).padStart(3, '0');
    return `${JSON.stringify({ id: number, text: `This is document ${number}. The supplier is liable for intent only.` })}\n`;
  });
  const run = await desk.json(['summarise', '--from', '-', '--economy'], { stdin: rows.join('') });
  expect(run).toMatchObject({ status: 'complete', coverage: { ok: 120, total: 120 } });
  expect(run.branches.map(({ key }) => Number(key))).toEqual(Array.from({ length: 120 }, (_, index) => index));
  expect(since.batches().reduce((sum, { requests }) => sum + requests.length, 0)).toBe(120);
  expect(since.calls()).toHaveLength(1);
  const { costUsd: online } = run.branches[7]!;
  expect(run.branches[8]?.costUsd).toBeCloseTo(online! / 2, 9);
});

it('asks about each of a few documents, not about the first of them', async () => {
  await openShared();
  const rows = ['one', 'two', 'three'].map(
    (id) => `${JSON.stringify({ id, text: `Clause ${id} binds the supplier of ${id}.` })}\n`,
  );
  const run = await desk.json(['summarise', '--from', '-', '--economy'], { stdin: rows.join('') });
  for (const { key, output } of run.branches) expect(output).toContain(`Clause ${key}`);
});

describe.concurrent('in a home of its own, a run in the economy lane', () => {
  it('asks online for what is not back at the deadline', () =>
    apart({ batchMs: 20_000 }, async (own) => {
      const run = await own.json([...words, '--deadline', '2s'], { stdin });
      expect(run.status).toBe('complete');
      expect(own.model.batches[0]?.ended).toBe(true);
      // What had been processed by then is not asked again.
      const succeeded = own.model.batches[0]!.describe('').request_counts.succeeded;
      expect(succeeded).toBeLessThan(6);
      expect(own.model.total).toBe(6 - succeeded);
    }));

  it('submits once though its worker dies while the submission is under way', () =>
    apart({ batchMs: 8_000 }, async (own) => {
      const command = own.begin([...words, '--id', 'killed', '--json'], { stdin });
      while (own.model.batches.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      for (const pid of await own.present('worker')) process.kill(pid, 'SIGKILL');
      const { stdout } = await command.ended;
      expect((JSON.parse(stdout) as Run).status).toBe('complete');
      expect(own.model.batches).toHaveLength(1);
      expect(own.model.total).toBe(0);
    }));

  it('stops its batches when it is cancelled, and keeps and counts what they have done by then', () =>
    apart({ batchMs: 24_000 }, async (own) => {
      const rows = Array.from(
        { length: 60 },
        (_, at) => `${JSON.stringify({ id: `d${at}`, text: `Clause ${at}.` })}\n`,
      );
      const wide = ['summarise', '--from', '-'];
      const stopped = own.begin([...words, '--id', 'stopped', '--quiet'], { stdin });
      const other = own.begin([...wide, '--economy', '--id', 'wide', '--quiet'], { stdin: rows.join('') });
      const batchesOf = (asked: number) =>
        own.model.batches.filter(({ requests }) => (requests.length === 6) === (asked === 6));
      // Each by itself, as soon as a sixth of it is done: on a busy machine the batches of the other may be long in coming.
      const cancelled = async (id: string, asked: number, command: typeof other) => {
        const begun = () => batchesOf(asked).filter(({ createdAt }) => Date.now() - createdAt > 4_200);
        while (begun().flatMap(({ requests }) => requests).length < asked)
          await new Promise((resolve) => setTimeout(resolve, 20));
        expect((await own.fanfold(['cancel', id])).code).toBe(0);
        expect((await command.ended).code).toBe(4);
      };
      await Promise.all([cancelled('stopped', 6, stopped), cancelled('wide', 60, other)]);
      for (const [id, asked] of [
        ['stopped', 6],
        ['wide', 60],
      ] as const) {
        const some = batchesOf(asked);
        const succeeded = some.flatMap((batch) => batch.outcomes()).filter(({ type }) => type === 'succeeded');
        expect(some.every(({ ended }) => ended)).toBe(true);
        expect(succeeded.length).toBeGreaterThan(0);
        const run = JSON.parse((await own.fanfold(['show', id, '--json'])).stdout) as Run;
        expect(run).toMatchObject({ status: 'cancelled', coverage: { ok: succeeded.length }, lostUsd: 0 });
        expect(run.costUsd).toBeCloseTo(
          succeeded.reduce((sum, settled) => sum + costOfBatched(settled), 0),
          9,
        );
      }
      const again = await own.json(words.slice(0, -1), { stdin });
      expect(again.branches.filter(({ reused }) => reused).length).toBeGreaterThan(0);
      expect(own.model.total).toBe(again.branches.filter(({ reused }) => !reused).length);
    }));
});

/** What the model charges for a request of a batch. */
function costOfBatched(settled: ReturnType<Batch['outcomes']>[number]): number {
  const result = settled.result();
  if (result.type !== 'succeeded') return 0;
  const { usage, model } = result.message;
  const { input_tokens: inputTokens, output_tokens: outputTokens } = usage;
  const cacheReadTokens = usage.cache_read_input_tokens ?? 0;
  const cacheWriteTokens = usage.cache_creation_input_tokens ?? 0;
  return costOf({ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens }, model, { batch: true }) ?? 0;
}
