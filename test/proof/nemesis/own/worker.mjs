// A program with a worker of its own and fanfold beside it, at TEMPORAL_ADDRESS. The first argument is its bundle.
import { NativeConnection, Worker } from '@temporalio/worker';

import { FanfoldPlugin } from '../../../../dist/src/plugin/index.js';
import { taskQueue } from './program.mjs';

const connection = await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS });
const worker = await Worker.create({
  connection,
  taskQueue,
  workflowBundle: { codePath: process.argv[2] },
  stickyQueueScheduleToStartTimeout: '1s',
  plugins: [new FanfoldPlugin()],
});
const running = worker.run();
process.stdout.write('the program serves\n');
await running;
await connection.close();
