import { parentPort } from 'node:worker_threads';

import { startOfflineModel } from '@fanfold/offline-model';

const model = await startOfflineModel();
parentPort?.postMessage(model.url);
