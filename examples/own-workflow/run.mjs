// A worker of one's own that has fanfold beside it. Runs `review` once on a Temporal server, and prints what came of it:
//   TEMPORAL_ADDRESS=localhost:7233 node run.mjs
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { BlobStore } from 'fanfold';
import { startOfflineModel } from 'fanfold/offline';
import { FanfoldPlugin, installRuntime } from 'fanfold/worker';

installRuntime('ERROR', ({ message }) => console.error(message));
const model = await startOfflineModel();
const connection = await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS ?? 'localhost:7233' });
// With `api: { apiKey, baseURL }` the real model answers what is not asked offline.
const fanfold = new FanfoldPlugin({
  concurrency: 10,
  store: new BlobStore(await mkdtemp(join(tmpdir(), 'own-workflow-'))),
  offlineModelUrl: async () => model.url,
});
const worker = await Worker.create({
  connection,
  taskQueue: 'reviews',
  workflowsPath: fileURLToPath(new URL('./workflow.mjs', import.meta.url)),
  activities: { countWords: async (text) => text.split(/\s+/).length },
  plugins: [fanfold],
});
const result = await worker.runUntil(
  new Client({ connection }).workflow.execute('review', {
    taskQueue: 'reviews',
    workflowId: `review-${Date.now()}`,
    args: ['The supplier owes the customer 100 euros by May. The agreement ends with three months of notice.'],
  }),
);
console.log(JSON.stringify(result, null, 2));
await connection.close();
await model.stop();
