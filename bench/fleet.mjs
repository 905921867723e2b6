// How a wide run uses its workers: calls in flight of each, every half second, beside the tasks that wait in the task queue.
//   npm run build && node bench/fleet.mjs [scene ...]
// Scenes: `two` (two workers of 20 from the beginning), `four` (four of 10), `join` (one of 20, a second one after 12 s), `killed`
// (two of 20, one killed with -9 after 12 s); calls take 3 to 5 s. Through a gateway: `undisturbed` (two workers), `restarts` (the same,
// each told to end and started anew); calls take 1 to 6 s. `calm` and `rolling` are the same with 1,000 calls of 10 to 60 s.
// FANFOLD_TEST_TEMPORAL names a Temporal CLI.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const entry = process.env.FANFOLD_BENCH_ENTRY ?? fileURLToPath(new URL('../dist/cli/fanfold.js', import.meta.url));
const temporalCli = process.env.FANFOLD_TEST_TEMPORAL ?? 'temporal';
const everyMs = 500;

/** Which workers there are, by what happens when, in seconds from the start of the run. */
const scenes = {
  two: { documents: 400, concurrency: 400, workers: [20, 20] },
  four: { documents: 600, concurrency: 40, workers: [10, 10, 10, 10] },
  join: { documents: 400, concurrency: 400, workers: [20], later: [{ atMs: 12_000, start: 20 }] },
  killed: { documents: 400, concurrency: 400, workers: [20, 20], later: [{ atMs: 12_000, kill: 1 }] },
  // All times are a tenth of those of the last two, but for what a restart takes.
  undisturbed: { ...throughGateway(), later: [] },
  restarts: {
    ...throughGateway(),
    later: [
      { atMs: 6_000, restart: 0 },
      { atMs: 12_000, restart: 1 },
    ],
  },
  calm: { ...throughGateway(), documents: 1_000, callMs: [10_000, 60_000], later: [] },
  rolling: {
    ...throughGateway(),
    documents: 1_000,
    callMs: [10_000, 60_000],
    later: [
      { atMs: 100_000, restart: 0 },
      { atMs: 200_000, restart: 1 },
    ],
  },
};

function throughGateway() {
  return { documents: 600, concurrency: 80, workers: [40, 40], gateway: 80, callMs: [1_000, 6_000] };
}

const folder = await mkdtemp(join(tmpdir(), 'fanfold-fleet-'));
const children = new Set();
/** Calls in flight, by the number of their worker, which is in the address that it asks. */
const inFlight = [];
let calls = 0;
/** How often each document was asked about. */
const asked = new Map();
let callMs = [3_000, 5_000];

const model = createServer((request, response) => {
  const worker = Number(/^\/worker-(\d+)\//.exec(request.url ?? '')?.[1] ?? 0);
  inFlight[worker] = (inFlight[worker] ?? 0) + 1;
  calls += 1;
  response.on('close', () => (inFlight[worker] -= 1));
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', async () => {
    const [document] = /document [a-z]+-\d+/.exec(body) ?? [''];
    asked.set(document, (asked.get(document) ?? 0) + 1);
    const [least, most] = callMs;
    await sleep(least + Math.random() * (most - least));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude-sonnet-5-5',
        content: [{ type: 'text', text: 'It owes something.' }],
        stop_reason: 'end_turn',
        stop_sequence: null,
        usage: { input_tokens: 20, output_tokens: 5 },
      }),
    );
  });
});

function start(command, words, options) {
  const child = spawn(command, words, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], ...options });
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
}

/** @param {import('node:net').Server} server */
function portOf(server) {
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
}

function said(child, pattern) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr.on('data', (chunk) => {
      text = (text + chunk).slice(-10_000);
      if (pattern.test(text)) resolve(undefined);
    });
    child.on('exit', () => reject(new Error(`It ended without saying ${pattern}: ${text}`)));
  });
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function scene(name, given, address, modelUrl) {
  const { documents, concurrency, workers, later = [] } = given;
  callMs = given.callMs ?? [3_000, 5_000];
  asked.clear();
  // As on machines of their own: what they share is the store.
  const envOf = (home) => ({
    ...process.env,
    FANFOLD_HOME: join(folder, `${name}-${home}`),
    FANFOLD_STORE: join(folder, `${name}-store`),
    FANFOLD_IDLE: '0',
    TEMPORAL_ADDRESS: address,
    ANTHROPIC_API_KEY: 'made-up-token-1',
  });
  await mkdir(join(folder, `${name}-store`));
  const running = [];
  let throughGateway = {};
  if (given.gateway !== undefined) {
    const most = String(given.gateway);
    const words = ['gateway', '--listen', '127.0.0.1:0', '--concurrency', most, '--ramp-from', most, '--quiet'];
    const gateway = start(process.execPath, [entry, ...words], {
      env: { ...envOf('gateway'), ANTHROPIC_BASE_URL: `${modelUrl}/worker-0` },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    throughGateway = { FANFOLD_GATEWAY: String((await once(gateway.stdout, 'data'))[0]).trim() };
  }
  const startWorker = async (width, number = running.length) => {
    const worker = start(process.execPath, [entry, 'worker', '--concurrency', String(width)], {
      env: { ...envOf(number), ANTHROPIC_BASE_URL: `${modelUrl}/worker-${number}`, ...throughGateway },
    });
    running[number] = worker;
    await said(worker, /serves fanfold/);
  };
  const restart = async (number) => {
    const worker = running[number];
    const ended = once(worker, 'exit');
    const since = performance.now();
    worker.kill('SIGTERM');
    await ended;
    const endedMs = performance.now() - since;
    await startWorker(workers[number], number);
    const seconds = (ms) => (ms / 1_000).toFixed(1);
    console.log(
      `worker ${number} ended in ${seconds(endedMs)} s, and one in its place serves after ${seconds(performance.now() - since)} s`,
    );
  };
  inFlight.length = 0;
  for (const width of workers) await startWorker(width);
  const rows = Array.from({ length: documents }, (_, at) =>
    JSON.stringify({ id: `d${at}`, text: `Of document ${name}-${at}.` }),
  );
  await writeFile(join(folder, `${name}.jsonl`), rows.join('\n'));
  const before = calls;
  const words = ['summarise', '--from', `${name}.jsonl`, '--concurrency', String(concurrency), '--id', name, '--json'];
  const command = start(process.execPath, [entry, ...words, '--quiet'], {
    env: envOf('command'),
  });
  let stderr = '';
  command.stderr.on('data', (chunk) => (stderr += chunk));
  const ended = once(command, 'exit');
  while (calls === before && command.exitCode === null) await sleep(10);
  if (command.exitCode !== null) throw new Error(stderr);
  const startedAt = performance.now();
  const due = [...later];
  const seen = [];
  let isOver = false;
  let isRestarting = false;
  void ended.then(() => (isOver = true));
  console.log(`\n## ${name}: ${documents} documents, ${concurrency} at once, workers of ${workers.join(', ')}`);
  while (!isOver) {
    const atMs = performance.now() - startedAt;
    // One after the other: the next worker is told to end when the last one's successor serves.
    if (due.length > 0 && due[0].atMs <= atMs && !isRestarting) {
      const event = due.shift();
      console.log(JSON.stringify(event));
      if (event.restart !== undefined) {
        isRestarting = true;
        void restart(event.restart).then(() => (isRestarting = false));
      } else if (event.kill !== undefined) running[event.kill].kill('SIGKILL');
      else
        void startWorker(event.start).then(() =>
          console.log(`ready at ${Math.round(performance.now() - startedAt)} ms`),
        );
    }
    seen.push({ atMs, at: running.map((_, worker) => inFlight[worker] ?? 0), left: documents - (calls - before) });
    if (seen.length % 2 === 1) {
      const words = ['task-queue', 'describe', '--task-queue', 'fanfold-model', '--address', address, '-o', 'json'];
      const { stdout } = await run(temporalCli, words).catch(() => ({ stdout: '{}' }));
      const backlog = /"approximateBacklogCount":\s*"?(\d+)/g;
      const counts = [...stdout.matchAll(backlog)].map(([, count]) => Number(count));
      const { at, left } = seen.at(-1);
      console.log(
        `${(atMs / 1_000).toFixed(1)} s: ${at.join(' + ')} in flight, ${left} not begun, backlog ${counts.join('/')}`,
      );
    }
    await sleep(everyMs);
  }
  const whole = seen.filter(({ left }) => left > 0);
  const mean = whole.reduce((sum, { at }) => sum + at.reduce((all, each) => all + each, 0), 0) / whole.length;
  console.log(
    `exit ${(await ended)[0]}, ${((performance.now() - startedAt) / 1_000).toFixed(1)} s, ${calls - before} calls, ${calls - before - asked.size} of them made again`,
  );
  console.log(`in flight while documents waited: ${mean.toFixed(1)} on average`);
  if (stderr !== '') console.log(stderr);
  const { stdout } = await run(temporalCli, ['workflow', 'describe', '-w', name, '--address', address, '-o', 'json']);
  console.log(`history: ${/"historyLength":\s*"?(\d+)/.exec(stdout)?.[1]} events`);
  for (const worker of running) await end(worker);
}

try {
  await once(model.listen(0, '127.0.0.1'), 'listening');
  const modelUrl = `http://127.0.0.1:${portOf(model)}`;
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const port = portOf(probe);
  probe.close();
  const address = `127.0.0.1:${port}`;
  const words = ['server', 'start-dev', '--headless', '--port', String(port), '--log-level', 'error'];
  const server = start(temporalCli, [
    ...words,
    '--dynamic-config-value',
    'matching.numTaskqueueReadPartitions=1',
    '--dynamic-config-value',
    'matching.numTaskqueueWritePartitions=1',
  ]);
  server.stderr.resume();
  const isUp = () =>
    run(temporalCli, ['operator', 'cluster', 'health', '--address', address]).then(
      () => true,
      () => false,
    );
  while (!(await isUp())) await sleep(200);
  const names = process.argv.slice(2);
  for (const [name, given] of Object.entries(scenes)) {
    if (names.length === 0 || names.includes(name)) await scene(name, given, address, modelUrl);
  }
} finally {
  for (const child of children) await end(child);
  model.closeAllConnections();
  model.close();
  await rm(folder, { recursive: true, force: true });
}
