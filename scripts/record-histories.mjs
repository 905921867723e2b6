// Records the histories that later versions must be able to replay: node scripts/record-histories.mjs
// Run it after `npm run build`, once for each version that is released. What has been recorded is never changed: what is there is left out.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';

import { BlobStore, placeChunks } from '../dist/src/index.js';
import { openJournal } from '../dist/src/journal/index.js';
import { startOfflineModel } from '@fanfold/offline-model';
import { recordDisturbed } from './record-disturbed.mjs';
import { recordOwn } from './record-own.mjs';
import { openSlowSource, recordSteered } from './record-steered.mjs';
import { installRuntime, startWorkers } from '../dist/src/worker/index.js';

installRuntime('ERROR', () => {});
const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const folder = join(root, 'test', 'histories', version);
await mkdir(folder, { recursive: true });

const home = await mkdtemp(join(tmpdir(), 'fanfold-histories-'));
/** @type {import('@fanfold/offline-model').FaultRule[]} */
const script = [
  { match: /perspective: (bad|worse)/, fault: { kind: 'status', status: 400 } },
  { match: /perspective: once/, times: 1, fault: { kind: 'status', status: 400 } },
  { match: /variant fails once/, times: 1, fault: { kind: 'status', status: 400 } },
  { match: /row fails once/, times: 1, fault: { kind: 'status', status: 400 } },
  { match: { body: /check fails once/ }, times: 1, fault: { kind: 'status', status: 400 } },
  { match: /perspective: flaky/, times: 1, fault: { kind: 'overloaded' } },
  { match: /perspective: hanging/, fault: { kind: 'hang-before-headers' } },
  { match: /perspective: cut/, fault: { kind: 'truncated' } },
  { match: /perspective: slow/, fault: { kind: 'slow', ms: 1_500 } },
];
const model = await startOfflineModel({ latencyMs: 20, script });
const gate = model.hold(/perspective: held/);
const lanes = model.hold({ document: /held in lanes/ });
// A home's own folders are not searched.
const shelf = { name: 'shelf', kind: 'files', folder: await mkdtemp(join(tmpdir(), 'fanfold-shelf-')) };
const slow = await openSlowSource();
const policy = { folders: [shelf.folder, join(root, 'docs')], privateHosts: [slow.host, new URL(model.url).host] };
const store = new BlobStore(home);
const journal = await openJournal({ home });
let { environment, workers } = await serve();

/** A server in memory with a worker. */
async function serve(...extraArgs) {
  const path = process.env.FANFOLD_TEST_TEMPORAL;
  /** @type {import('@temporalio/testing').DevServerConfig['executable']} */
  const executable = path ? { type: 'existing-path', path } : undefined;
  const server = { ...(executable && { executable }), extraArgs };
  const started = await TestWorkflowEnvironment.createLocal({ server });
  const connectionOptions = { address: started.address };
  const offlineModelUrl = async () => model.url;
  const settings = {
    connectionOptions,
    namespace: 'default',
    concurrency: 10,
    store,
    journal,
    policy,
    offlineModelUrl,
  };
  return { environment: started, workers: await startWorkers(settings) };
}

function isRecorded(name) {
  return existsSync(join(folder, `${name}.json`));
}

/**
 * Records a run at its end, or when so many calls of it wait at the gate.
 * @param {string} name
 * @param {any} input
 * @param {{ heldCalls?: number, cancel?: boolean, kind?: string, steer?: (handle: any) => Promise<unknown>, at?: typeof gate }} [how]
 */
async function record(name, input, { heldCalls, cancel = false, kind = 'perspectives', steer, at = gate } = {}) {
  if (isRecorded(name)) return;
  const waitingBefore = at.waiting.length;
  const handle = await environment.client.workflow.start(kind, {
    workflowId: name,
    taskQueue: 'fanfold',
    args: [
      kind === 'perspectives'
        ? { document: { inline: 'The customer pays in advance.' }, offline: true, ...input }
        : { offline: true, ...input },
    ],
    staticSummary: name,
  });
  if (heldCalls !== undefined) {
    await model.until(() => at.waiting.length === waitingBefore + heldCalls);
    const ended = (input.perspectives?.length ?? heldCalls) - heldCalls - (input.waiting ?? 0);
    while ((await handle.query('progress')).branches.filter(({ status }) => status === 'ok').length < ended);
  }
  if (steer !== undefined) await steer(handle);
  if (cancel) await handle.cancel();
  if (heldCalls === undefined || cancel || steer !== undefined) await handle.result().catch(() => {});
  await write(name, await handle.fetchHistory());
  const { runId } = await handle.describe();
  if (runId !== handle.firstExecutionRunId) await write(`${name}-before`, await firstOf(handle).fetchHistory());
  if (heldCalls !== undefined && !cancel && steer === undefined) await handle.terminate();
}

/** The execution that a run began with, where it continued as new or was reset. */
function firstOf({ workflowId, firstExecutionRunId }) {
  return environment.client.workflow.getHandle(workflowId, firstExecutionRunId);
}

async function write(name, history) {
  const json = JSON.stringify(withoutTraces(JSON.parse(historyToJSON(history))), null, 1);
  await writeFile(join(folder, `${name}.json`), `${json}\n`);
}

/** Sends an update until the run takes it: what it is about may be a moment away. Gives up after 200 refusals. */
async function insist(handle, name, ...args) {
  for (let tries = 1; ; tries += 1) {
    const taken = handle.executeUpdate(name, { args }).then(() => true);
    if (await (tries < 200 ? taken.catch(() => false) : taken)) return;
  }
}

async function stop() {
  await workers.drain();
  await environment.teardown();
}

/** Begins a finished run anew from its second workflow task, and waits for its new end. */
async function reset({ workflowId }) {
  const { workflow, workflowService } = environment.client;
  const { events } = await workflow.getHandle(workflowId).fetchHistory();
  const [, second] = events.filter(({ workflowTaskCompletedEventAttributes: completed }) => completed);
  const { runId } = await workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId },
    reason: 'recorded',
    requestId: workflowId,
    workflowTaskFinishEventId: second.eventId,
  });
  await workflow.getHandle(workflowId, runId).result();
}

/** Without what tells of the machine: replay does not look at it. */
function withoutTraces(value) {
  if (Array.isArray(value)) return value.map(withoutTraces);
  if (typeof value === 'string' && value.startsWith('fanfold@')) return 'recorded';
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'stackTrace')
      .map(([name, part]) => [name, name === 'identity' ? 'recorded' : withoutTraces(part)]),
  );
}

try {
  await record('retried', {
    perspectives: ['legal', 'security', 'technical'],
    known: {
      from: { workflowId: 'earlier', runId: 'earlier-run' },
      branches: [
        { key: 'legal', status: 'ok', output: { inline: 'Known.' }, from: 'earlier' },
        { key: 'technical', status: 'failed', error: { type: 'BadRequest', message: 'No.' }, from: 'earlier' },
      ],
    },
  });
  await record('complete', { perspectives: ['legal', 'technical', 'financial', 'security'] });
  await record('windowed', { perspectives: ['a', 'b', 'c', 'd', 'e'], concurrency: 2 });
  await record('partial', { perspectives: ['bad', 'flaky', 'cut', 'fine'] });
  await record('timed-out', { perspectives: ['hanging', 'fine'], timeoutMs: 1_000 });
  await record('nothing-ok', { perspectives: ['bad', 'worse'] });
  await record('failed-fast', { perspectives: ['held-1', 'bad', 'held-2'], join: 'all' });
  await record('cancelled', { perspectives: ['fine', 'held-3', 'held-4'] }, { heldCalls: 2, cancel: true });
  await record('refused', { perspectives: ['same', 'same'] });
  await record('half-finished', { perspectives: ['a', 'held-5', 'b', 'held-6'] }, { heldCalls: 2 });
  await record(
    'half-finished-windowed',
    { perspectives: ['a', 'held-7', 'held-8', 'c', 'd'], concurrency: 2, waiting: 2 },
    { heldCalls: 2 },
  );
  await record('quorum', { perspectives: ['a', 'hanging', 'b'], join: 'quorum', quorum: 2 });
  await record('deadline', { perspectives: ['a', 'hanging'], deadlineMs: 1_000 });
  await record('amended', { perspectives: ['a', 'slow'], deadlineMs: 300, late: 'amend' });
  await record('synthesised', { perspectives: ['a', 'b'], fanIn: 'synthesise' });
  await record('budget', { perspectives: ['a', 'b', 'c'], budget: { usd: 0.03, boundsUsd: [0.025, 0.025, 0.025] } });
  await record('economy', { perspectives: ['a', 'b'], economy: true });
  const documents = ['one', 'two'].map((key) => ({ key, text: { inline: `Document ${key}.` } }));
  await record('summarised', { documents }, { kind: 'summarise' });
  const items = Array.from({ length: 60 }, (_, index) => ({ key: `d${index}`, text: `Document ${index}.` }));
  const chunks = await placeChunks(items, store, items.length);
  await record('wide', { chunks, concurrency: 20 }, { kind: 'summarise' });
  const fields = (index) => ({ text: `Row ${index}.` });
  const rows = Array.from({ length: 3 }, (_, index) => ({ key: String(index + 1), fields: fields(index) }));
  const prompt = 'Say it again. {{ text }}';
  await record('mapped', { rows, prompt, samples: 2, vote: true }, { kind: 'map' });
  const many = Array.from({ length: 60 }, (_, index) => ({ key: String(index + 1), text: '', fields: fields(index) }));
  const chunksOfRows = await placeChunks(many, store, many.length, 2);
  await record('mapped-wide', { chunks: chunksOfRows, prompt, samples: 2, concurrency: 20 }, { kind: 'map' });
  const flow = {
    input: { topic: 'string' },
    nodes: {
      first: { prompt: 'On {{ topic }}' },
      second: { prompt: 'On {{ topic }} again' },
      last: { prompt: '{{ first }} {{ second }}', needs: ['first', 'second'] },
    },
    output: 'last',
  };
  await record('graph', { flow, values: { topic: { inline: 'prepayment' } } }, { kind: 'graph' });
  const parts = { hits: '$.data[*]', title: '$.display_name', link: '$.id', text: '$.type' };
  const headers = { 'x-api-key': 'any', 'anthropic-version': '2023-06-01' };
  const url = `${model.url}/v1/models#{{ query }}`;
  const sources = [
    { name: 'models', kind: 'http', url, headers, private: true, ...parts },
    { name: 'missing', kind: 'files', folder: '/missing' },
  ];
  await record('gathered', { question: 'prepayment', sources, answer: true }, { kind: 'gather' });
  const text = 'The teh end.';
  const checks = ['grammar', 'tone', { name: 'typo', pattern: 'teh' }];
  await record('validated', { text, document: { inline: text }, checks }, { kind: 'validate' });
  const schema = { type: 'object', properties: { expression: { type: 'string' } }, required: ['expression'] };
  const tools = [
    { name: 'calculator', description: 'Works out a sum.', inputSchema: schema, by: { kind: 'calculator' } },
    { name: 'time', description: 'Tells the time.', inputSchema: { type: 'object' }, by: { kind: 'time' } },
  ];
  const task = 'Use the calculator for "6 * 7" and tell the time';
  await record('agent', { task, tools }, { kind: 'agent' });
  const folder = { name: 'docs', kind: 'files', folder: join(root, 'docs') };
  await record('researched', { question: 'What is a branch?', sources: [folder], tasks: 2 }, { kind: 'research' });
  await record(
    'researched-with-tools',
    {
      question: 'What is a branch, and what is 6 * 7 by the calculator?',
      sources: [folder],
      tasks: 2,
      rounds: 1,
      tools,
    },
    { kind: 'research' },
  );
  const prompts = ['short', 'long'].map((name) => ({ name, prompt: `Say it ${name}. Prepayment is due.` }));
  await record('compared', { variants: prompts, best: 'judge' }, { kind: 'compare' });
  await record('voted', { variants: prompts, best: 'vote' }, { kind: 'compare' });
  const held = items.map((item, index) => ({
    ...item,
    text: index < 2 ? `Document ${index}, held in lanes.` : item.text,
  }));
  const heldChunks = await placeChunks(held, store, held.length);
  const whileHeld = { kind: 'summarise', heldCalls: 2, at: lanes, cancel: true };
  await record('wide-cancelled', { chunks: heldChunks, concurrency: 20 }, whileHeld);
  await record('wide-first', { chunks, concurrency: 20, join: 'first' }, { kind: 'summarise' });
  await record('wide-deadline', { chunks, concurrency: 1, deadlineMs: 300 }, { kind: 'summarise' });
  const each = { prompt: 'Say {{ item }}', forEach: 'topics' };
  const topics = Array.from({ length: 12 }, (_, index) => `topic ${index}`);
  const wideFlow = { input: { topics: 'list' }, nodes: { each }, output: 'each' };
  await record('graph-for-each', { flow: wideFlow, values: { topics: { inline: topics } } }, { kind: 'graph' });
  await record(
    'graph-deadline',
    { flow, values: { topic: { inline: 'prepayment' } }, deadlineMs: 30 },
    { kind: 'graph' },
  );
  await record('half-finished-fail-fast', { perspectives: ['held-9', 'a'], join: 'all' }, { heldCalls: 1 });
  await record(
    'steered',
    { perspectives: ['fine', 'once', 'held-11', 'held-12'], waiting: 1 },
    {
      heldCalls: 2,
      async steer(handle) {
        await insist(handle, 'retryFailed');
        await handle.executeUpdate('cancelBranch', { args: ['held-11'] });
        gate.release();
      },
    },
  );

  const given = { task, tools, rows, prompts, items, flow, chunks };
  await recordDisturbed({ record, insist, reset, model, store, shelf, ...given });
  await recordSteered({ record, insist, model, store, shelf, slow, items, rows });
  await recordOwn({ environment, model, isRecorded, write });
  await stop();
  ({ environment, workers } = await serve('--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=10'));
  const manyChunks = await placeChunks(items, store, 6);
  await record('wide-continued', { chunks: manyChunks, concurrency: 6 }, { kind: 'summarise' });
} finally {
  await stop();
  await slow.close();
  await model.stop();
  for (const path of [home, shelf.folder]) await rm(path, { recursive: true, force: true });
}
