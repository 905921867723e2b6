// What a durable fan-out costs over a bare Promise.all, from 4 branches to 1,000, side by side in one run.
//   npm run build && node bench/width/run.mjs [rounds]
// The model answers every call after 200 ms. fanfold has its database on disk and its journal on; its worker has run before in
// `running` and not in `new`; every other contender is a new process too. With `npm ci --prefix bench/peers` done, other durable
// engines take part: each makes three runs in one process, of which the first and the last are shown.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const rounds = Number(process.argv[2] ?? 3);
const widths = [4, 10, 100, 1_000];
const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const entry = here('../../dist/src/cli/main.js');
const directory = await mkdtemp(join(tmpdir(), 'fanfold-width-'));
const children = new Set();

function keep(child) {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

async function startModel(...words) {
  const model = keep(fork(here('model.mjs'), words));
  const [{ url }] = await once(model, 'message');
  return { url, stop: () => model.send('stop') };
}

async function output(file, words, env = process.env) {
  const child = keep(spawn(process.execPath, [file, ...words], { env, stdio: ['ignore', 'pipe', 'inherit'] }));
  let printed = '';
  child.stdout.on('data', (text) => (printed += text));
  await once(child, 'close');
  return JSON.parse(printed);
}

async function startWorker(env) {
  const worker = keep(
    spawn(process.execPath, [entry, 'worker', '--concurrency', '1000', '--ramp-from', '1000'], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    }),
  );
  let log = '';
  worker.stderr.on('data', (text) => (log += text));
  while (!/ serves fanfold/.test(log)) await once(worker.stderr, 'data');
  return async () => {
    worker.kill('SIGTERM');
    await once(worker, 'exit');
  };
}

async function documents(count) {
  const path = join(directory, `docs-${count}.jsonl`);
  const line = (index) =>
    JSON.stringify({ id: `d${index}`, text: `The supplier of annex ${index} owes the customer notice.` });
  await writeFile(path, Array.from({ length: count }, (_, index) => `${line(index)}\n`).join(''));
  return path;
}

async function durable(count, env) {
  const words = [
    'summarise',
    '--from',
    await documents(count),
    '--concurrency',
    String(count),
    '--fresh',
    '--json',
    '--quiet',
  ];
  const run = await output(entry, words, env);
  if (run.coverage.ok !== count) throw new Error(`${run.coverage.ok} of ${count} branches are ok.`);
  return run.elapsedMs;
}

/** The peers, where they are installed, and what stops their servers. */
async function startPeers() {
  if (!existsSync(here('../peers/node_modules'))) return { contenders: {}, stop: () => {} };
  const { startPostgres, startRestate } = await import('../peers/services.mjs');
  const postgres = await startPostgres();
  const restate = await startRestate(directory);
  const peer = (file, words) => (url, count) =>
    output(here(`../peers/${file}.mjs`), [url, String(count), '3', ...words]);
  return {
    contenders: {
      Restate: peer('restate', restate.words),
      DBOS: peer('dbos', [postgres.url('dbos')]),
      LangGraph: peer('langgraph', [postgres.url('postgres')]),
    },
    stop: () => {
      restate.stop();
      postgres.stop();
    },
  };
}

const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];

const peers = await startPeers();
try {
  const model = await startModel('200');
  const env = {
    ...process.env,
    FANFOLD_HOME: join(directory, 'home'),
    ANTHROPIC_API_KEY: 'bench',
    ANTHROPIC_BASE_URL: model.url,
  };
  const names = [
    'bare Promise.all',
    'p-limit 50',
    'plain Temporal',
    ...Object.keys(peers.contenders).flatMap((name) => [`${name}, new`, `${name}, running`]),
    'fanfold, new',
    'fanfold, running',
  ];
  const table = new Map(names.map((name) => [name, []]));
  for (const count of widths) {
    const times = new Map(names.map((name) => [name, []]));
    for (let round = 0; round < rounds; round += 1) {
      times.get('bare Promise.all').push((await output(here('bare.mjs'), [model.url, String(count), 'all'])).ms);
      times.get('p-limit 50').push((await output(here('bare.mjs'), [model.url, String(count), '50'])).ms);
      for (const [name, run] of Object.entries(peers.contenders)) {
        const { ms } = await run(model.url, count);
        times.get(`${name}, new`).push(ms[0]);
        times.get(`${name}, running`).push(ms[2]);
      }
      const stopWorker = await startWorker(env);
      times.get('fanfold, new').push(await durable(count, env));
      await durable(count, env);
      times.get('fanfold, running').push(await durable(count, env));
      const { address } = JSON.parse(await readFile(join(env.FANFOLD_HOME, 'server.json'), 'utf8'));
      times
        .get('plain Temporal')
        .push((await output(here('plain-temporal.mjs'), [model.url, String(count), address])).ms);
      await stopWorker();
    }
    const bare = median(times.get('bare Promise.all'));
    for (const [name, each] of times) {
      const ms = median(each);
      table.get(name).push(`${Math.round(ms).toLocaleString('en')} (${(ms / bare).toFixed(2)})`);
    }
    process.stderr.write(`${count} branches done\n`);
  }
  console.log(`| | ${widths.map((count) => `${count.toLocaleString('en')} branches`).join(' | ')} |`);
  console.log(`|---|${widths.map(() => '---|').join('')}`);
  for (const [name, cells] of table) console.log(`| ${name} | ${cells.join(' | ')} |`);
  model.stop();
} finally {
  for (const child of children) child.kill('SIGKILL');
  peers.stop();
  await rm(directory, { recursive: true, force: true });
}
