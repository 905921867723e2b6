import { parentPort } from 'node:worker_threads';

import { startOfflineModel } from '../../offline/index.js';

const model = await startOfflineModel();
parentPort?.postMessage(model.url);
