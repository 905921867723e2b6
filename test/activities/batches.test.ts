import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { startOfflineModel } from '@fanfold/offline-model';
import { expect, it, onTestFinished } from 'vitest';

import { createActivities } from '../../activities/index.js';
import type { BatchAnswer, BatchOrder, SubmittedBatch } from '../../src/contract/activities.js';
import type { ChunkOrder, LaneResult } from '../../src/contract/lanes.js';
import { placeChunks } from '../../src/client/chunks.js';
import { openJournal } from '../../src/journal/index.js';
import { Secrets } from '../../src/secrets/index.js';
import { BlobStore } from '../../src/store/blob-store.js';

const template = { model: 'claude-sonnet-5-5', maxTokens: 1_000, system: 'Be brief.', prompt: 'What is owed?' };

/** The activities in front of a model whose batches take so long, in milliseconds. */
async function open(batchMs: number) {
  const home = await mkdtemp(join(tmpdir(), 'fanfold-batches-'));
  const model = await startOfflineModel({ batchMs });
  const journal = await openJournal({ home, onWarning: () => {} });
  onTestFinished(async () => {
    await journal.close();
    await model.stop();
    await rm(home, { recursive: true });
  });
  const store = new BlobStore(home);
  const activities = createActivities({ store, journal, offlineModelUrl: async () => model.url });
  const run = async <Result>(name: keyof typeof activities, ...given: unknown[]): Promise<Result> =>
    new MockActivityEnvironment().run(activities[name] as (...all: unknown[]) => Promise<Result>, ...given);
  return { model, store, activities, run };
}

const order = (...keys: string[]): BatchOrder => ({
  number: 0,
  run: 'run',
  offline: true,
  inlineBytes: 10_000,
  queuedAtMs: 0,
  questions: keys.map((key, index) => ({ key, index, request: { ...template, prompt: `What is ${key}?` } })),
});

it('counts as lost what is in a batch that has not ended, with the most that it may cost at half the price', async () => {
  const { run } = await open(600_000);
  const batches = await run<SubmittedBatch[]>('submitBatches', order('a', 'b'));
  const answers = await run<BatchAnswer[]>('collectBatches', order('a', 'b'), batches);
  const [outputUsd, mostUsd] = [(1_000 * 10) / 1e6 / 2, (1_200 * 10) / 1e6 / 2];
  for (const { answer, ledger } of answers) {
    expect(answer).toBeUndefined();
    expect(ledger).toMatchObject({ attempts: 0, costUsd: 0 });
    expect(ledger?.lostUsd).toBeGreaterThan(outputUsd);
    expect(ledger?.lostUsd).toBeLessThan(mostUsd);
  }
});

it('puts that on the bill of whoever asks next, or of the document itself where nobody will', async () => {
  const { run, store } = await open(600_000);
  const items = ['one', 'two'].map((key) => ({ key, text: `Clause ${key}.` }));
  const [chunk] = await placeChunks(items, store, items.length);
  const all: ChunkOrder = {
    number: 0,
    chunk: chunk!,
    firstIndex: 10,
    places: [[0, 1]],
    template,
    offline: true,
    queuedAtMs: 0,
  };
  const batches = await run<SubmittedBatch[]>('submitChunk', all);
  const { begun, rest, left } = await run<LaneResult>('collectChunk', all, batches);
  expect({ rest, left }).toEqual({ rest: null, left: [[0, 1]] });
  const lostUsd = Object.values(begun?.ledgers ?? {}).reduce((sum, ledger) => sum + ledger.lostUsd, 0);
  expect(Object.keys(begun?.ledgers ?? {})).toEqual(['10', '11']);
  const cut = await run<LaneResult>('collectChunk', { ...all, isCut: true }, batches);
  expect(cut).toMatchObject({ left: [], rest: { failed: { cancelled: [[10, 11]] } } });
  expect(cut.rest?.tally.lostUsd).toBeCloseTo(lostUsd, 9);
});

it('says which batch it has submitted when its run cuts it meanwhile', async () => {
  const { model, activities } = await open(600_000);
  const environment = new MockActivityEnvironment();
  const submitting = environment.run(activities.submitBatches, order('a')) as Promise<SubmittedBatch[]>;
  while (model.batches.length === 0) await new Promise((resolve) => setImmediate(resolve));
  environment.cancel('CANCELLED');
  expect(await submitting).toEqual([{ id: model.batches[0]?.id, questions: [0] }]);
});

/** The activities in front of an API that answers everything so, or nothing at all. */
async function openFailing(answer?: { status: number; type: string; headers?: Record<string, string> }) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (answer === undefined) return;
    const { status, type, headers } = answer;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ type: 'error', error: { type, message: 'made-up-token-1 is too busy' } }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const secrets = new Secrets({ GITHUB_TOKEN: 'made-up-token-1' });
  return {
    asked,
    activities: createActivities({ store: new BlobStore('/nowhere'), secrets, offlineModelUrl: async () => url }),
  };
}

const look = { offline: true, ids: ['batch-1'] };

it.each([
  [
    'as long as the API says',
    { status: 429, type: 'rate_limit_error', headers: { 'retry-after': '77' } },
    'RateLimited',
    77_000,
  ],
  ['a while', { status: 529, type: 'overloaded_error' }, 'Overloaded', 1],
  ['for ever', { status: 400, type: 'invalid_request_error' }, 'BadRequest', undefined],
])('waits %s before it tries again what has failed, and tells no secret', async (_, answer, type, leastMs) => {
  const { activities } = await openFailing(answer);
  const failure = await new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') })
    .run(activities.haveBatchesEnded, look)
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'ApplicationFailure', type, nonRetryable: leastMs === undefined });
  const { nextRetryDelay, message } = failure as ApplicationFailure;
  if (leastMs === undefined) expect(nextRetryDelay).toBeUndefined();
  else expect(Number(nextRetryDelay)).toBeGreaterThanOrEqual(leastMs);
  expect(message).toContain('[redacted] is too busy');
});

it('is cancelled, and has not failed, when its run cuts it while the API says nothing', async () => {
  const { activities, asked } = await openFailing();
  const environment = new MockActivityEnvironment();
  const looking = environment.run(activities.haveBatchesEnded, look);
  looking.catch(() => {});
  while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  environment.cancel('CANCELLED');
  await expect(looking).rejects.toMatchObject({ name: 'CancelledFailure' });
});

it('submits what its budget covers at the price of single calls, and leaves the rest to be asked about later', async () => {
  const { run, store, model } = await open(600_000);
  const items = ['one', 'two', 'three'].map((key) => ({ key, text: `Clause ${key}.` }));
  const [chunk] = await placeChunks(items, store, items.length);
  const places: ChunkOrder['places'] = [[0, 2]];
  const all: ChunkOrder = { number: 0, chunk: chunk!, firstIndex: 0, places, template, offline: true, queuedAtMs: 0 };
  // A thousand tokens at 10 US dollars a million, and some of input.
  const budgetUsd = 0.025;
  const batches = await run<SubmittedBatch[]>('submitChunk', { ...all, budgetUsd });
  expect(model.batches.flatMap(({ requests }) => requests)).toHaveLength(2);
  const boundUsd = batches.reduce((sum, batch) => sum + (batch.boundUsd ?? Infinity), 0);
  expect(boundUsd).toBeGreaterThan(0.02);
  expect(boundUsd).toBeLessThanOrEqual(budgetUsd);
});
