// A worker of your own, with fanfold beside it: `TEMPORAL_ADDRESS=localhost:7233 npm start`.
import { fileURLToPath } from 'node:url';

import { NativeConnection, Worker } from '@temporalio/worker';
import { FanfoldPlugin } from 'fanfold/worker';

import * as activities from './activities.js';

const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? 'localhost:7233' });
const worker = await Worker.create({
  connection,
  taskQueue: 'reviews',
  workflowsPath: fileURLToPath(new URL('./workflows.js', import.meta.url)),
  activities,
  // Without `offline` it asks the API, with ANTHROPIC_API_KEY.
  plugins: [new FanfoldPlugin({ offline: true })],
});
await worker.run();
await connection.close();
