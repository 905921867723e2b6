import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { startOfflineModel } from '@fanfold/offline-model';
import type { OfflineModel } from '@fanfold/offline-model';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

import { placeChunks } from '../../src/client/chunks.js';
import { taskQueues } from '../../src/contract/names.js';
import { BlobStore } from '../../src/store/blob-store.js';
import type { RunningWorkers, startWorkers as StartWorkers } from '../../src/worker/index.js';
import type { summarise } from '../../workflows/index.js';
import { root } from '../support/fanfold.js';
import { startTemporal } from '../support/temporal.js';

/** The program of `main.go`, built by `scripts/test-scaler`. */
const program = process.env['FANFOLD_TEST_SCALER'] ?? '';

interface Told {
  /** Tasks that wait, as KEDA hands the number on. */
  metric: number;
  /** As many of them are for each worker. */
  target: number;
  active: boolean;
}

interface ScaledObject {
  spec: { maxReplicaCount: number; triggers: { type: string; metadata: Record<string, string> }[] };
}

let environment: TestWorkflowEnvironment;
let home: string;
let model: OfflineModel;
const workers: RunningWorkers[] = [];

beforeAll(async () => {
  [environment, home, model] = await Promise.all([
    startTemporal(),
    mkdtemp(join(tmpdir(), 'fanfold-scaler-')),
    startOfflineModel(),
  ]);
});

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.drain()));
  await model.stop();
  await environment.teardown();
  await rm(home, { recursive: true, force: true });
});

/** The trigger that is shipped, and the most workers that it may ask for. */
async function shipped(): Promise<{ metadata: Record<string, string>; most: number }> {
  const [manifest] = parseAllDocuments(await readFile(join(root, 'deploy/kubernetes/autoscaling.yaml'), 'utf8'));
  const { maxReplicaCount, triggers } = (manifest!.toJS() as ScaledObject).spec;
  expect(triggers.map(({ type }) => type)).toEqual(['temporal']);
  return { metadata: triggers[0]!.metadata, most: maxReplicaCount };
}

/** What the scaler makes of the shipped trigger, at this test's server. */
async function ask(): Promise<Told & { workers: number }> {
  const { metadata, most } = await shipped();
  const endpoint = environment.address;
  const told = await new Promise<Told>((resolve, reject) => {
    const child = execFile(program, (error, stdout, stderr) =>
      error === null ? resolve(JSON.parse(stdout) as Told) : reject(new Error(stderr)),
    );
    child.stdin?.end(JSON.stringify({ ...metadata, endpoint, namespace: environment.namespace ?? 'default' }));
  });
  // As the autoscaler reckons with an average value.
  return { ...told, workers: Math.min(most, Math.ceil(told.metric / told.target)) };
}

async function startWorker(): Promise<void> {
  const { startWorkers } = (await import(join(root, 'dist/src/worker/index.js'))) as {
    startWorkers: typeof StartWorkers;
  };
  workers.push(
    await startWorkers({
      connectionOptions: { address: environment.address },
      namespace: environment.namespace ?? 'default',
      concurrency: 4,
      store: new BlobStore(home),
      api: { apiKey: 'made-up-token-1', baseURL: model.url },
      offlineModelUrl: async () => model.url,
    }),
  );
}

it("makes KEDA's scaler ask for more workers while a wide run waits for them, and for none when it is done", async () => {
  await startWorker();
  expect(await ask()).toMatchObject({ metric: 0, active: false, workers: 0 });
  const hold = model.hold();
  const items = Array.from({ length: 400 }, (_, at) => ({ key: `d${at}`, text: `Document ${at}.` }));
  const handle = await environment.client.workflow.start<typeof summarise>('summarise', {
    workflowId: randomUUID(),
    taskQueue: taskQueues.workflow,
    args: [
      {
        chunks: await placeChunks(items, new BlobStore(home), items.length),
        concurrency: 40,
        searchable: false,
      },
    ],
  });
  await model.until(() => hold.waiting.length === 4);
  // Its lanes find out within a second that their worker is full.
  let told = await ask();
  for (let tries = 0; told.workers < 2 && tries < 60; tries += 1) {
    await sleep(500);
    told = await ask();
  }
  expect(told.active).toBe(true);
  expect(told.workers).toBeGreaterThanOrEqual(2);
  // Who has come has work at once.
  await startWorker();
  await model.until(() => hold.waiting.length === 8);
  hold.release();
  const { wide } = await handle.result();
  expect(wide?.tally.byStatus).toEqual({ ok: 400 });
  for (let now = await ask(); now.active; now = await ask()) await sleep(500);
}, 300_000);
