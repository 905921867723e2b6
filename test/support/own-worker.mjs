// A program with a worker of its own and fanfold beside it, at TEMPORAL_ADDRESS: its settings are the plugin's.
import { NativeConnection, Worker } from '@temporalio/worker';

import { FanfoldPlugin } from '../../dist/src/plugin/index.js';

const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] });
const worker = await Worker.create({
  connection,
  taskQueue: 'own',
  activities: { own: async () => 1 },
  plugins: [new FanfoldPlugin(JSON.parse(process.argv[2] ?? '{}'))],
});
process.on('SIGTERM', () => worker.shutdown());
const running = worker.run();
process.stdout.write('runs\n');
await running;
await connection.close();
