// A plain Temporal fan-out with the default settings of client and worker, on the server that fanfold uses.
//   node plain-temporal.mjs <url> <count> <address> [workflow id] [heartbeats]
// With a workflow id, a process after this one can take the run up again.
import { fileURLToPath } from 'node:url';

import Anthropic from '@anthropic-ai/sdk';
import { heartbeat } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

const [url, count, address, id, heartbeats] = process.argv.slice(2);
Runtime.install({ logger: new DefaultLogger('ERROR') });
const anthropic = new Anthropic({ apiKey: 'bench', authToken: null, baseURL: url, maxRetries: 0 });
const ask = async (index) => {
  const beat = heartbeats === 'heartbeats' ? setInterval(() => heartbeat(), 1_000) : undefined;
  try {
    const { content } = await anthropic.messages.create({
      model: 'claude-sonnet-5-5',
      max_tokens: 512,
      messages: [{ role: 'user', content: `Summarise: the supplier of annex ${index} owes the customer notice.` }],
    });
    return content[0].type === 'text' ? content[0].text : '';
  } finally {
    clearInterval(beat);
  }
};
const workflowId = id ?? `plain-${process.pid}`;
const taskQueue = workflowId;
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
  const handle = await client.workflow.start('plain', {
    taskQueue,
    workflowId,
    workflowIdConflictPolicy: 'USE_EXISTING',
    args: [Number(count), heartbeats === 'heartbeats'],
  });
  await handle.result();
  const { user, system } = process.cpuUsage();
  const cpuMs = (user + system) / 1_000;
  const peakMb = process.resourceUsage().maxRSS / 1_024;
  console.log(JSON.stringify({ ms: performance.now() - startedAt, cpuMs, peakMb }));
});
await client.connection.close();
await connection.close();
