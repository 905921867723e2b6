import type { Client } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { expect, it, onTestFinished } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startOfflineModel } from '@fanfold/offline-model';

import { createActivities } from '../../activities/index.js';
import { placeChunks } from '../../src/client/chunks.js';
import type { ChunkOrder, Lane, LaneResult } from '../../src/contract/lanes.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import { noLedger } from '../../src/contract/outcome.js';
import { openJournal } from '../../src/journal/index.js';
import type { LayerQuestion, Paid, Payer } from '../../src/model/layer/index.js';
import { BlobStore } from '../../src/store/blob-store.js';

const lane: Lane = {
  number: 3,
  chunk: { sha256: 'a'.repeat(64), bytes: 9, count: 5 },
  firstIndex: 100,
  places: [
    [0, 2],
    [4, 4],
  ],
  template: { model: 'm', maxTokens: 9, system: 'Be brief.', prompt: 'Sum it up.' },
  offline: true,
  queuedAtMs: 0,
  width: 2,
  timeoutMs: 1_000,
  attempts: 1,
  run: 'run',
  reportEveryMs: 60_000,
  reportFailuresAtOnce: false,
};

it('tells in one lane of all documents of a chunk that the store lacks, so that none is looked for again', async () => {
  const home = await mkdtemp(join(tmpdir(), 'fanfold-lane-'));
  onTestFinished(() => rm(home, { recursive: true }));
  const store = new BlobStore(home);
  const { runLane } = createActivities({ store, offlineModelUrl: async () => '' });
  const result = (await new MockActivityEnvironment().run(runLane, lane)) as LaneResult;
  expect(result).toMatchObject({
    left: [],
    why: 'done',
    rest: {
      indices: [
        [100, 102],
        [104, 104],
      ],
    },
  });
  expect(result.rest?.tally.byStatus).toEqual({ failed: 4 });
  const [first] = JSON.parse(await store.readText(result.rest!.blob)) as StoredBranch[];
  expect(first).toMatchObject({
    key: '100',
    status: 'failed',
    costUsd: 0,
    error: { type: 'DocumentMissing', message: expect.stringContaining('is not in this home') },
  });
});

it('leaves the documents of a chunk that the store lacks to a lane, where they were to go into a batch', async () => {
  const home = await mkdtemp(join(tmpdir(), 'fanfold-lane-'));
  onTestFinished(() => rm(home, { recursive: true }));
  const journal = await openJournal({ home, onWarning: () => {} });
  onTestFinished(() => journal.close());
  const settings = { store: new BlobStore(home), journal, offlineModelUrl: async () => 'http://127.0.0.1:9' };
  const { submitChunk, collectChunk } = createActivities(settings);
  const { number, chunk, firstIndex, places, template, offline, queuedAtMs } = lane;
  const order: ChunkOrder = { number, chunk, firstIndex, places, template, offline, queuedAtMs };
  expect(await new MockActivityEnvironment().run(submitChunk, order)).toEqual([]);
  const left = { rest: null, left: places, why: 'done' };
  expect(await new MockActivityEnvironment().run(collectChunk, order, [])).toEqual(left);
});

it.each([
  'WORKER_SHUTDOWN',
  'NOT_FOUND', // Its heartbeats came too late: the next lane joins its calls.
  'TIMED_OUT',
  // Nobody waits for Temporal's word: the worker takes no new work, and its calls go on elsewhere.
  'draining',
  'CANCELLED', // It asks which of its branches are meant, and is told nothing.
] as const)(
  'leaves to others what is cut by %s, without an outcome, and tells what had ended (RunLane-3)',
  async (reason) => {
    const home = await mkdtemp(join(tmpdir(), 'fanfold-lane-'));
    onTestFinished(() => rm(home, { recursive: true }));
    const store = new BlobStore(home);
    const begun: string[] = [];
    const layer = {
      payOnce: async ({ asker }: LayerQuestion, { signal }: Payer): Promise<Paid> => {
        begun.push(asker);
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        throw new Error('It has no answer.');
      },
      paidBefore: async () => undefined,
    };
    const ends = new AbortController();
    const { runLane } = createActivities({ store, offlineModelUrl: async () => '', layer, draining: ends.signal });
    const items = ['one', 'two', 'three', 'four'].map((key) => ({
      key,
      text: key,
      ...(key === 'one' && { unreadable: 'torn' }),
    }));
    const [chunk] = await placeChunks(items, store, items.length);
    const environment = new MockActivityEnvironment();
    const given: Lane = { ...lane, chunk: chunk!, firstIndex: 0, places: [[0, 3]] };
    const running = environment.run(runLane, given) as Promise<LaneResult>;
    while (begun.length < 2) await new Promise((resolve) => setImmediate(resolve));
    if (reason === 'draining') ends.abort(new CancelledFailure('WORKER_SHUTDOWN'));
    else environment.cancel(reason);
    const result = await running;
    expect(result).toMatchObject({ left: [[1, 3]], why: 'draining', rest: { indices: [[0, 0]] } });
    if (reason !== 'draining') return;
    // The end of a worker uses up no attempt.
    const attempts = Object.values(result.begun?.ledgers ?? {}).map((ledger) => ledger.attempts);
    expect(attempts.every((count) => count === 0)).toBe(true);
  },
);

it('has the calls cut, and counts them, that a lane before had begun of branches that are cut since', async () => {
  const home = await mkdtemp(join(tmpdir(), 'fanfold-lane-'));
  onTestFinished(() => rm(home, { recursive: true }));
  const store = new BlobStore(home);
  const cut: string[] = [];
  const layer = {
    payOnce: () => Promise.reject(new Error('Nothing was to be asked.')),
    paidBefore: async () => undefined,
    cutAsker: (asker: string) => void cut.push(asker),
  };
  const { runLane } = createActivities({ store, offlineModelUrl: async () => '', layer });
  const items = ['one', 'two'].map((key) => ({ key, text: key }));
  const [chunk] = await placeChunks(items, store, items.length);
  const given: Lane = {
    ...lane,
    chunk: chunk!,
    places: [[0, 1]],
    cut: [[0, 1]],
    template: { ...lane.template, model: 'claude-sonnet-5-5' },
    begunBefore: { underWay: [[101, 101]], ledgers: { 101: { ...noLedger, attempts: 1, costUsd: 0.25 } } },
  };
  const { rest } = (await new MockActivityEnvironment().run(runLane, given)) as LaneResult;
  expect(rest?.tally.byStatus).toEqual({ cancelled: 2 });
  expect(cut).toEqual(['run/101']);
  expect(rest?.tally.costUsd).toBe(0.25);
  expect(rest?.tally.lostUsd).toBeGreaterThan(0);
});

it('tells how long its branches take, but for those whose calls a lane before had begun', async () => {
  const home = await mkdtemp(join(tmpdir(), 'fanfold-lane-'));
  onTestFinished(() => rm(home, { recursive: true }));
  const store = new BlobStore(home);
  const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 };
  const message = { text: 'Yes.', stopReason: 'end_turn', refusal: undefined, model: 'm', usage };
  const layer = {
    payOnce: async (): Promise<Paid> => ({ message, from: 'own', savedUsd: 0 }),
    paidBefore: async () => undefined,
  };
  const { runLane } = createActivities({ store, offlineModelUrl: async () => '', layer });
  const [chunk] = await placeChunks([{ key: 'one', text: 'One.' }], store, 1);
  const given: Lane = { ...lane, chunk: chunk!, places: [[0, 0]], handsBack: true };
  const run = (part: Partial<Lane>) =>
    new MockActivityEnvironment().run(runLane, { ...given, ...part }) as Promise<LaneResult>;
  expect(await run({})).toHaveProperty('paceMs');
  expect(await run({ begunBefore: { underWay: [[100, 100]] } })).not.toHaveProperty('paceMs');
});

it('sets money aside for a call that a lane before may have paid for, and counts what is lost as spent', async () => {
  const home = await mkdtemp(join(tmpdir(), 'fanfold-lane-'));
  onTestFinished(() => rm(home, { recursive: true }));
  const store = new BlobStore(home);
  const asked: string[] = [];
  const layer = {
    payOnce: async ({ asker }: LayerQuestion, { left, ended }: Payer): Promise<Paid> => {
      asked.push(asker);
      left(false);
      ended({ modelMs: 5, model: 'claude-sonnet-5-5', usage: undefined, settled: false }, false);
      throw new Error('It was lost.');
    },
    paidBefore: async () => undefined,
  };
  const api = { apiKey: 'made-up-token-1', baseURL: 'http://127.0.0.1:9' };
  const { runLane } = createActivities({ store, api, layer, offlineModelUrl: async () => '' });
  const items = ['one', 'two'].map((key) => ({ key, text: `Clause ${key}.` }));
  const [chunk] = await placeChunks(items, store, items.length);
  const template = { ...lane.template, model: 'claude-sonnet-5-5', maxTokens: 1_000 };
  // A question may cost somewhat more than a cent: for one there is enough, and not for two.
  const given: Lane = {
    ...lane,
    chunk: chunk!,
    places: [[0, 1]],
    template,
    offline: false,
    width: 1,
    budgetUsd: 0.018,
  };
  const run = (part: Partial<Lane>) =>
    new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(runLane, {
      ...given,
      ...part,
    }) as Promise<LaneResult>;
  expect(await run({})).toMatchObject({ left: [[1, 1]], rest: { indices: [[100, 100]] } });
  expect(asked).toEqual(['run/100']);
  const begunBefore = { underWay: [[100, 100]] as [[number, number]] };
  expect(await run({ places: [[0, 0]], begunBefore })).toMatchObject({ left: [[0, 0]], rest: null });
  expect(asked).toHaveLength(1);
});

it('says of branches that their run has cut what became of them, what they may have cost, and whose calls they were', async () => {
  const home = await mkdtemp(join(tmpdir(), 'fanfold-lane-'));
  onTestFinished(() => rm(home, { recursive: true }));
  const store = new BlobStore(home);
  const runs: string[] = [];
  const layer = {
    payOnce: async ({ run }: LayerQuestion, { signal, left, ended }: Payer): Promise<Paid> => {
      left(false);
      runs.push(run);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      ended({ modelMs: 5, model: 'claude-sonnet-5-5', usage: undefined, settled: false }, false);
      throw signal.reason;
    },
    paidBefore: async () => undefined,
  };
  const { runLane } = createActivities({
    store,
    api: { apiKey: 'made-up-token-1', baseURL: 'http://127.0.0.1:9' },
    layer,
    offlineModelUrl: async () => '',
  });
  const [chunk] = await placeChunks([{ key: 'one', text: 'The one of it.' }], store, 1);
  // The workflow knows of no single branches that are cut.
  const client = {
    withAbortSignal: (_: AbortSignal, work: () => unknown) => work(),
    workflow: { getHandle: () => ({ query: async () => null }) },
  } as unknown as Client;
  const environment = new MockActivityEnvironment({}, { client, logger: new DefaultLogger('ERROR') });
  const template = { ...lane.template, model: 'claude-sonnet-5-5', maxTokens: 1_000 };
  const given: Lane = { ...lane, chunk: chunk!, firstIndex: 0, places: [[0, 0]], template, offline: false };
  const running = environment.run(runLane, { ...given, timeoutMs: 60_000 }).catch((failure: unknown) => failure);
  while (runs.length < 1) await new Promise((resolve) => setImmediate(resolve));
  environment.cancel('CANCELLED');
  const { details } = (await running) as CancelledFailure;
  const [rest] = details as [NonNullable<LaneResult['rest']>];
  const [branch] = JSON.parse(await store.readText(rest.blob)) as StoredBranch[];
  expect(branch).toMatchObject({
    status: 'cancelled',
    error: { type: 'Cancelled', message: 'The branch was cancelled.' },
  });
  expect(branch?.lostUsd).toBeGreaterThan(0.01);
  expect(runs).toEqual([`${environment.context.info.workflowExecution?.workflowId}/run`]);
});

it('names what it has under way in its heartbeats, and counts as lost what a lane before may have paid for', async () => {
  const home = await mkdtemp(join(tmpdir(), 'fanfold-lane-'));
  const model = await startOfflineModel({ latencyMs: 0 });
  onTestFinished(async () => {
    await model.stop();
    await rm(home, { recursive: true });
  });
  const store = new BlobStore(home);
  const items = ['one', 'two', 'three'].map((text) => ({ key: text, text: `The ${text} of it.` }));
  const chunk = { ...(await store.putText(JSON.stringify(items))), count: 3 };
  const api = { apiKey: 'made-up-token-1', baseURL: model.url };
  const { runLane } = createActivities({ store, api, offlineModelUrl: async () => model.url });
  const template = { model: 'claude-sonnet-5-5', maxTokens: 1_000, system: 'Be brief.', prompt: 'Sum it up.' };
  const given: Lane = {
    ...lane,
    chunk,
    firstIndex: 10,
    places: [[0, 2]],
    template,
    offline: false,
    queuedAtMs: Date.now(),
    timeoutMs: 30_000,
    attempts: 3,
    begunBefore: { underWay: [[11, 12]], ledgers: { 12: { ...noLedger, attempts: 2, costUsd: 0.25 } } },
  };
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const beats: unknown[] = [];
  environment.on('heartbeat', (beat) => beats.push(beat));
  const gate = model.hold();
  const run = environment.run(runLane, given) as Promise<LaneResult>;
  await model.until(() => gate.waiting.length === 2);
  while (beats.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(beats[0]).toMatchObject({ underWay: [[10, 11]] });
  gate.release();
  const { rest } = await run;
  const [first, second, third] = JSON.parse(await store.readText(rest!.blob)) as StoredBranch[];
  expect(first).toMatchObject({ status: 'ok', attempts: 1 });
  expect(first?.lostUsd ?? 0).toBe(0);
  expect(second).toMatchObject({ status: 'ok', attempts: 1 });
  // A thousand tokens at 10 US dollars a million, and some of input.
  expect(second?.lostUsd).toBeGreaterThan(0.01);
  expect(third).toMatchObject({ status: 'ok', attempts: 3 });
  expect(third?.costUsd).toBeGreaterThan(0.25);
});
