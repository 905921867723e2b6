// A fan-out in a workflow of somebody's own beside `summarise` of the same width, over the same worker.
//   npm run build && node bench/width/own.mjs [widths] [rounds] [latency in milliseconds] [most tokens of an own answer]
// Both ask for at most 512 tokens, which `summarise` does by default and `ask` does not: an answer that may have more than 1,024 is
// streamed, which costs half as much CPU again. `2048` as the fourth word measures with the default of `ask`.
// Each contender runs `rounds` times, one after the other in turn; the first round warms the worker up and is not counted.
import { join } from 'node:path';

import { Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { BlobStore, placeChunks, startRun } from 'fanfold';
import { FanfoldPlugin } from 'fanfold/worker';

import { here, median, Stage } from './stage.mjs';

const widths = (process.argv[2] ?? '1000,5000,20000').split(',').map(Number);
const rounds = Number(process.argv[3] ?? 3);
const maxTokens = Number(process.argv[5] ?? 512);
const stage = await Stage.open();
const { url } = await stage.startModel(process.argv[4] ?? '20');
Runtime.install({ logger: new DefaultLogger('ERROR') });
const environment = await TestWorkflowEnvironment.createLocal({
  server: {
    ...(process.env.FANFOLD_TEST_TEMPORAL && {
      executable: { type: 'existing-path', path: process.env.FANFOLD_TEST_TEMPORAL },
    }),
    extraArgs: ['--dynamic-config-value', 'matching.numTaskqueueReadPartitions=1'].concat(
      '--dynamic-config-value',
      'matching.numTaskqueueWritePartitions=1',
    ),
  },
});
const home = join(stage.directory, 'home');
const plugin = new FanfoldPlugin({
  home,
  env: {},
  api: { apiKey: 'bench', baseURL: url },
  concurrency: 5000,
  rampFrom: 5000,
});
const worker = await Worker.create({
  connection: environment.nativeConnection,
  taskQueue: 'own',
  workflowsPath: here('own-workflow.mjs'),
  plugins: [plugin],
});
const client = new Client({ connection: environment.connection });
const store = new BlobStore(home);

/** Milliseconds from the start of a run to its end, by Temporal's clock. */
async function elapsed(workflowId) {
  const { startTime, closeTime } = await client.workflow.getHandle(workflowId).describe();
  return Number(closeTime) - Number(startTime);
}

/** A run of a workflow of one's own. */
async function ownRun(type, count, workflowId) {
  const options = { concurrency: count, fresh: true, maxTokens };
  const result = await client.workflow.execute(type, { taskQueue: 'own', workflowId, args: [count, options] });
  const { ok } = /** @type {{ ok: number }} */ (result);
  if (ok !== count) throw new Error(`${ok} of ${count} are ok.`);
  return elapsed(workflowId);
}

const contenders = {
  own: (count, workflowId) => ownRun('own', count, workflowId),
  ownAtOnce: (count, workflowId) => ownRun('ownAtOnce', count, workflowId),
  async summarise(count, workflowId) {
    const documents = Array.from({ length: count }, (_, index) => ({
      key: String(index),
      text: `The supplier of annex ${index} owes the customer notice.`,
    }));
    const chunks = await placeChunks(documents, store, count);
    const input = { chunks, concurrency: count, fresh: true };
    await startRun(client, { kind: 'summarise', workflowId, input });
    const { wide } = await client.workflow.getHandle(workflowId).result();
    if (wide.tally.byStatus.ok !== count) throw new Error(`${JSON.stringify(wide.tally.byStatus)} of ${count}.`);
    return elapsed(workflowId);
  },
};

try {
  await worker.runUntil(async () => {
    for (const count of widths) {
      const times = { own: [], ownAtOnce: [], summarise: [] };
      const cpu = { own: [], ownAtOnce: [], summarise: [] };
      for (let round = 0; round <= rounds; round += 1) {
        for (const name of Object.keys(contenders)) {
          const before = process.cpuUsage();
          const ms = await contenders[name](count, `${name}-${count}-${round}`);
          const { user, system } = process.cpuUsage(before);
          if (round === 0) continue;
          times[name].push(ms);
          cpu[name].push((user + system) / 1_000);
        }
      }
      const [summarise, cpuMs] = [median(times.summarise), Math.round(median(cpu.summarise))];
      console.log(`${count} branches: summarise ${summarise} ms, CPU of the worker ${cpuMs} ms`);
      for (const name of ['own', 'ownAtOnce']) {
        const ratios = times[name].map((ms, at) => ms / times.summarise[at]);
        console.log(
          `  ${name} ${median(times[name])} ms, ratio ${(median(times[name]) / summarise).toFixed(2)}; of pairs ${ratios.map((each) => each.toFixed(2)).join(', ')}; CPU ${Math.round(median(cpu[name]))} ms`,
        );
      }
    }
  });
} finally {
  await environment.teardown();
  await stage.close();
}
