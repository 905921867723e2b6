// A worker with fanfold's code and Temporal's own settings, to compare with: plain-worker.mjs ADDRESS BASE_URL
import { NativeConnection, Worker } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';

import { createActivities } from '../../dist/activities/index.js';

const [address, baseURL] = process.argv.slice(2);
const connection = await NativeConnection.connect({ address });
const codePath = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));
const activities = createActivities({
  store: {
    putText: () => Promise.reject(new Error('no store')),
    readText: () => Promise.reject(new Error('no store')),
    readBytes: () => Promise.reject(new Error('no store')),
  },
  api: { apiKey: 'plain', baseURL },
  offlineModelUrl: () => Promise.resolve(baseURL),
});
const workers = await Promise.all([
  Worker.create({ connection, taskQueue: 'fanfold', workflowBundle: { codePath } }),
  Worker.create({ connection, taskQueue: 'fanfold-model', activities }),
]);
process.stdout.write('ready\n');
await Promise.all(workers.map((worker) => worker.run()));
