// Starts one review, and prints what came of it: `npm run review`.
import { randomUUID } from 'node:crypto';

import { Client, Connection } from '@temporalio/client';
import { FanfoldPlugin } from 'fanfold/worker';

import type { review } from './workflows.js';

const connection = await Connection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? 'localhost:7233' });
const client = new Client({ connection, plugins: [new FanfoldPlugin({ offline: true })] });
const result = await client.workflow.execute<typeof review>('review', {
  taskQueue: 'reviews',
  workflowId: `review-${randomUUID()}`,
  args: ['The supplier owes the customer 100 euros by May. The agreement ends with three months of notice.'],
});
console.log(JSON.stringify(result, null, 2));
await connection.close();
