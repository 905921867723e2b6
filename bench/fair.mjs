// Whose calls go when several runs wait: by priority, and in fair shares. Counts, no times.
//   npm run build && node bench/fair.mjs [--width 2000] [--latency 30] [--scene NAME] [--json]
// Prints a table in Markdown; each scene with one worker, two workers, and two workers through a gateway.
import { mkdtemp, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { startOfflineModel } from '@fanfold/offline-model';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';

import { placeChunks, startRun } from '../dist/src/client/index.js';
import { GatewayClient, gatewayAddressOf, listenAddressOf, startGateway } from '../dist/src/gateway/index.js';
import { openJournal } from '../dist/src/journal/index.js';
import { Limiters, systemClock } from '../dist/src/model/limiter/index.js';
import { Secrets } from '../dist/src/secrets/index.js';
import { serverArguments } from '../dist/src/server/server-flags.js';
import { BlobStore } from '../dist/src/store/blob-store.js';
import { startWorkers } from '../dist/src/worker/index.js';

const { values } = parseArgs({
  options: {
    width: { type: 'string', default: '2000' },
    latency: { type: 'string', default: '30' },
    concurrency: { type: 'string', default: '8' },
    scene: { type: 'string' },
    fleet: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const width = Number(values.width);
const latencyMs = Number(values.latency);
const concurrency = Number(values.concurrency);

/** A narrow run comes when a part of a wide one is answered. */
const cameAfter = Math.floor(width / 10);

/** What is started in the beginning, and what once `cameAfter` calls have been made: widths by name, and priorities. */
const scenes = {
  'a run of four beside a wide one': { first: { W: [width] }, later: { N: [4] } },
  'two wide runs': { first: { A: [width], B: [width] }, later: {} },
  'two wide runs, the second later': { first: { A: [width] }, later: { B: [width] } },
  'priority 1 beside priority 3': { first: { U: [width] }, later: { F: [Math.floor(width / 4), 1] } },
  'four of priority 1 beside priority 3': { first: { U: [width] }, later: { F: [4, 1] } },
};
const fleets = {
  'one worker': { workers: 1, gateway: false },
  'two workers': { workers: 2, gateway: false },
  'two workers, gateway': { workers: 2, gateway: true },
};

Runtime.install({ logger: new DefaultLogger('ERROR') });
const argumentsOf = serverArguments('.', { port: 0, uiPort: 0 });
const settings = argumentsOf.filter((_, at) => argumentsOf[at - 1] === '--dynamic-config-value');
const executable = process.env.FANFOLD_TEST_TEMPORAL;
const environment = await TestWorkflowEnvironment.createLocal({
  server: {
    ...(executable && { executable: { type: 'existing-path', path: executable } }),
    extraArgs: settings.flatMap((setting) => ['--dynamic-config-value', setting]),
  },
});
const directory = await mkdtemp(join(tmpdir(), 'fanfold-fair-'));
const store = new BlobStore(directory);

async function play({ first, later }, { workers: count, gateway }) {
  const model = await startOfflineModel({ latencyMs });
  const closing = [];
  const limitersOf = () =>
    new Limiters({ ceiling: concurrency, firstCap: concurrency, clock: systemClock, random: Math.random });
  let address;
  if (gateway) {
    const journal = await openJournal({ home: join(directory, randomUUID()), onWarning: () => {} });
    const started = await startGateway({
      listen: listenAddressOf('0'),
      journal,
      apiOf: async () => ({ apiKey: 'bench', baseURL: model.url }),
      foreignLine: 'paid',
      journalAll: false,
      limiters: { paid: limitersOf(), offline: limitersOf() },
      secrets: new Secrets({}),
      env: {},
      cpu: { runPattern: () => Promise.reject(new Error('none')) },
      version: 'bench',
      say: () => {},
    });
    address = gatewayAddressOf(started.address);
    closing.push(() => started.stop().then(() => journal.close()));
  }
  const workers = [];
  for (let each = 0; each < count; each += 1) {
    const client = address && (await GatewayClient.connect({ address, say: () => {} }));
    const worker = await startWorkers({
      connectionOptions: { address: environment.address },
      namespace: environment.namespace ?? 'default',
      concurrency: gateway ? 50 : concurrency / count,
      rampFrom: concurrency / count,
      store,
      offlineModelUrl: async () => model.url,
      ...(client ? { gateway: client } : {}),
    });
    workers.push(worker);
    closing.unshift(() => worker.drain().then(() => client?.close()));
  }
  const handles = [];
  const begin = (runs) =>
    Promise.all(
      Object.entries(runs).map(async ([name, [documents, priority]]) => {
        const items = Array.from({ length: documents }, (_, at) => ({ key: `d${at}`, text: `${name}: number ${at}.` }));
        const options = { offline: true, fresh: true, concurrency: 50, ...(priority && { priority }) };
        const input =
          documents > 50
            ? { chunks: await placeChunks(items, store, documents), ...options }
            : { documents: items.map(({ key, text }) => ({ key, text: { inline: text } })), ...options };
        const { workflowId } = await startRun(environment.client, {
          kind: 'summarise',
          input: { ...input, searchable: false },
          workflowId: `${name}-${randomUUID().slice(0, 6)}`,
        });
        handles.push(environment.client.workflow.getHandle(workflowId));
      }),
    );
  await begin(first);
  await model.until(() => model.calls.length >= cameAfter);
  const before = model.calls.length;
  await begin(later);
  await Promise.all(handles.map((handle) => handle.result()));
  const order = model.calls
    .map(({ prompt, document }) => /(\w): number/.exec(`${document} ${prompt}`)?.[1] ?? '?')
    .join('');
  for (const close of closing) await close();
  await model.stop();
  return { order, before };
}

function reading(scene, { order, before }) {
  const { first, later } = scenes[scene];
  const [one, other = one] = [...Object.keys(first), ...Object.keys(later)].toReversed();
  const begins = Math.max(0, order.indexOf(one));
  const ends = order.lastIndexOf(one);
  const together = order.slice(Math.max(begins, order.indexOf(other)), Math.min(ends, order.lastIndexOf(other)) + 1);
  const count = (text, name) => text.split(name).length - 1;
  return {
    calls: order.length,
    before,
    /** Calls between the start of the later run and its first and its last one. */
    firstAfter: begins - before,
    lastAfter: ends - before,
    share: count(together, one) / Math.max(1, together.length),
    calledTogether: together.length,
  };
}

const rows = [];
for (const scene of Object.keys(scenes)) {
  if (values.scene !== undefined && !scene.includes(values.scene)) continue;
  for (const [fleet, given] of Object.entries(fleets)) {
    if (values.fleet !== undefined && fleet !== values.fleet) continue;
    const played = await play(scenes[scene], given);
    rows.push({ scene, fleet, ...reading(scene, played), ...(process.env.FAIR_ORDER && { order: played.order }) });
    process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
  }
}
await environment.teardown();
await rm(directory, { recursive: true, force: true });
if (values.json) process.stdout.write(`${JSON.stringify(rows)}\n`);
else {
  const lines = rows.map(
    ({ scene, fleet, firstAfter, lastAfter, share }) =>
      `| ${scene} | ${fleet} | ${firstAfter} | ${lastAfter} | ${(100 * share).toFixed(1)} % |`,
  );
  process.stdout.write(
    `${['| scene | with | first call of the later run | its last | its share while both ran |', '|---|---|---|---|---|', ...lines].join('\n')}\n`,
  );
}
process.exit(0);
