// Starts a run with nothing but the Temporal client, and prints how each branch ended:
//   TEMPORAL_ADDRESS=… node examples/start-run.mjs
// A worker must be there: `npx fanfold dev` prints the address of its server.
// @ts-check
import { Client, Connection } from '@temporalio/client';

const connection = await Connection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? 'localhost:7233' });
const client = new Client({ connection });

/** @type {import('fanfold').PerspectivesInput} */
const input = {
  document: { inline: 'The customer pays 100 euros a month. Data is encrypted at rest. Either party may terminate.' },
  perspectives: ['legal', { key: 'tone', instruction: 'Say in one sentence how this text sounds.' }],
  join: 'settled',
  timeoutMs: 60_000,
  offline: true,
};

const handle = await client.workflow.start('perspectives', {
  workflowId: `example-${Date.now()}`,
  taskQueue: 'fanfold',
  args: [input],
});
/** @type {import('fanfold').RunResult} */
const { status, branches } = await handle.result();
console.log(`${handle.workflowId} is ${status}`);
for (const branch of branches) console.log(`${branch.key}: ${branch.status}, ${branch.usage.outputTokens} tokens`);
await connection.close();
