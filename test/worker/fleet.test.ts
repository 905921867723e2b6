import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { startOfflineModel } from '@fanfold/offline-model';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { placeChunks } from '../../src/client/chunks.js';
import { taskQueues } from '../../src/contract/names.js';
import { BlobStore } from '../../src/store/blob-store.js';
import type { startWorkers as StartWorkers } from '../../src/worker/index.js';
import type { summarise } from '../../workflows/index.js';
import { root } from '../support/fanfold.js';
import { startTemporal } from '../support/temporal.js';

let environment: TestWorkflowEnvironment;
let home: string;

beforeAll(async () => {
  [environment, home] = await Promise.all([
    startTemporal(['matching.enableFairness=true']),
    mkdtemp(join(tmpdir(), 'fanfold-fleet-')),
  ]);
});

afterAll(async () => {
  await environment.teardown();
  await rm(home, { recursive: true, force: true });
});

it('moves what a full worker has no slots for to one that joins while the run goes on', async () => {
  const { startWorkers } = (await import(join(root, 'dist/src/worker/index.js'))) as {
    startWorkers: typeof StartWorkers;
  };
  const store = new BlobStore(home);
  const models = await Promise.all([startOfflineModel(), startOfflineModel()]);
  const holds = models.map((model) => model.hold());
  const start = async (at: number) =>
    startWorkers({
      // One connection has one worker for each task queue.
      connectionOptions: { address: environment.address },
      namespace: environment.namespace ?? 'default',
      concurrency: 4,
      store,
      offlineModelUrl: async () => models[at]!.url,
    });
  const items = Array.from({ length: 60 }, (_, at) => ({ key: `d${at}`, text: `Document ${at}.` }));
  const workers = [await start(0)];
  try {
    const handle = await environment.client.workflow.start<typeof summarise>('summarise', {
      workflowId: randomUUID(),
      taskQueue: taskQueues.workflow,
      args: [
        { chunks: await placeChunks(items, store, items.length), concurrency: 8, offline: true, searchable: false },
      ],
    });
    // Its lanes are wider together than the worker; which takes three of the four.
    await models[0]!.until(() => holds[0]!.waiting.length === 4);
    workers.push(await start(1));
    await models[1]!.until(() => holds[1]!.waiting.length === 4);
    expect(holds[0]!.waiting.length, 'never more at once than the run may make').toBe(4);
    for (const hold of holds) hold.release();
    const { wide } = await handle.result();
    expect(wide?.tally.byStatus).toEqual({ ok: 60 });
    expect(models[0]!.calls.length + models[1]!.calls.length).toBe(60);
  } finally {
    for (const hold of holds) hold.release();
    await Promise.all(workers.map((worker) => worker.drain()));
    await Promise.all(models.map((model) => model.stop()));
  }
}, 120_000);

it('lets a narrow run of higher priority in beside lanes that take all of a worker, and makes its calls next', async () => {
  const { startWorkers } = (await import(join(root, 'dist/src/worker/index.js'))) as {
    startWorkers: typeof StartWorkers;
  };
  const store = new BlobStore(home);
  const model = await startOfflineModel({ latencyMs: 0 });
  const hold = model.hold();
  const worker = await startWorkers({
    connectionOptions: { address: environment.address },
    namespace: environment.namespace ?? 'default',
    concurrency: 4,
    store,
    offlineModelUrl: async () => model.url,
  });
  const begin = (input: Parameters<typeof summarise>[0]) =>
    environment.client.workflow.start<typeof summarise>('summarise', {
      workflowId: randomUUID(),
      taskQueue: taskQueues.workflow,
      args: [{ ...input, offline: true, searchable: false }],
    });
  try {
    const items = Array.from({ length: 200 }, (_, at) => ({ key: `d${at}`, text: `Wide ${at}.` }));
    const wide = await begin({ chunks: await placeChunks(items, store, items.length), concurrency: 50 });
    await model.until(() => hold.waiting.length === 4);
    const documents = [1, 2].map((at) => ({ key: `n${at}`, text: { inline: `Narrow ${at}.` } }));
    const narrow = await begin({ documents, priority: 1 });
    // Temporal has handed both over although the lanes have more to begin than there is room for.
    for (let started = 0; started < 2;) {
      await pause(100);
      const { raw } = await narrow.describe();
      started = (raw.pendingActivities ?? []).filter(({ lastStartedTime }) => lastStartedTime != null).length;
    }
    hold.release();
    await Promise.all([narrow.result(), wide.result()]);
    const order = model.calls.map(({ prompt, document }) => (/Narrow/.test(`${prompt} ${document}`) ? 'N' : 'W'));
    expect(order.filter((each) => each === 'N')).toHaveLength(2);
    expect(order.lastIndexOf('N')).toBeLessThan(20);
  } finally {
    hold.release();
    await worker.drain();
    await model.stop();
  }
}, 120_000);
