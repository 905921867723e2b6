// A plain Temporal fan-out with the default settings of client and worker, on the server that fanfold uses.
import { fileURLToPath } from 'node:url';

import Anthropic from '@anthropic-ai/sdk';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

const [url, count, address] = process.argv.slice(2);
Runtime.install({ logger: new DefaultLogger('ERROR') });
const anthropic = new Anthropic({ apiKey: 'bench', authToken: null, baseURL: url, maxRetries: 0 });
const ask = async (index) => {
  const { content } = await anthropic.messages.create({
    model: 'claude-sonnet-5-5',
    max_tokens: 512,
    messages: [{ role: 'user', content: `Summarise: the supplier of annex ${index} owes the customer notice.` }],
  });
  return content[0].text;
};
const taskQueue = `plain-${process.pid}`;
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  taskQueue,
  activities: { ask },
  workflowsPath: fileURLToPath(new URL('./plain-workflow.mjs', import.meta.url)),
});
const client = new Client({ connection: await Connection.connect({ address }) });
await worker.runUntil(async () => {
  const startedAt = performance.now();
  await client.workflow.execute('plain', { taskQueue, workflowId: taskQueue, args: [Number(count)] });
  console.log(JSON.stringify({ ms: performance.now() - startedAt }));
});
await client.connection.close();
await connection.close();
