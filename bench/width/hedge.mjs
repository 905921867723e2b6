// What hedging does for a heavy tail: 50 calls of 200 ms of which 3 in 100 take 25 times as long, with and without --hedge.
//   npm run build && node bench/width/hedge.mjs [rounds]
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const rounds = Number(process.argv[2] ?? 8);
const count = 50;
const entry = fileURLToPath(new URL('../../dist/cli/fanfold.js', import.meta.url));
const directory = await mkdtemp(join(tmpdir(), 'fanfold-hedge-'));
const model = fork(fileURLToPath(new URL('./model.mjs', import.meta.url)), ['200', 'heavy']);
const [{ url }] = await once(model, 'message');
const env = {
  ...process.env,
  FANFOLD_HOME: join(directory, 'home'),
  ANTHROPIC_API_KEY: 'bench',
  ANTHROPIC_BASE_URL: url,
};

async function calls() {
  model.send('tally');
  const [{ calls: total }] = await once(model, 'message');
  return total;
}

async function run(flags) {
  const before = await calls();
  const words = [
    'summarise',
    '--from',
    join(directory, 'docs.jsonl'),
    '--concurrency',
    '50',
    '--fresh',
    '--json',
    '--quiet',
    ...flags,
  ];
  const child = spawn(process.execPath, [entry, ...words], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (text) => (printed += text));
  await once(child, 'close');
  return { ms: JSON.parse(printed).elapsedMs, calls: (await calls()) - before };
}

const line = (index) =>
  JSON.stringify({ id: `d${index}`, text: `The supplier of annex ${index} owes the customer notice.` });
await writeFile(
  join(directory, 'docs.jsonl'),
  Array.from({ length: count }, (_, index) => `${line(index)}\n`).join(''),
);
const worker = spawn(process.execPath, [entry, 'worker', '--ramp-from', '50'], {
  env,
  stdio: ['ignore', 'ignore', 'pipe'],
});
let log = '';
worker.stderr.on('data', (text) => (log += text));
while (!/ serves fanfold/.test(log)) await once(worker.stderr, 'data');
try {
  const without = [];
  const hedged = [];
  for (let round = 0; round < rounds; round += 1) {
    without.push(await run([]));
    hedged.push(await run(['--hedge']));
  }
  const mean = (runs, what) => runs.reduce((sum, each) => sum + each[what], 0) / runs.length;
  console.log(`${count} branches, means of ${rounds} runs each; tuned: a worker with --ramp-from 50`);
  console.log(`without hedging ${Math.round(mean(without, 'ms'))} ms, ${mean(without, 'calls').toFixed(1)} calls`);
  console.log(`with            ${Math.round(mean(hedged, 'ms'))} ms, ${mean(hedged, 'calls').toFixed(1)} calls`);
  console.log(`makespan        ${(mean(hedged, 'ms') / mean(without, 'ms')).toFixed(2)}`);
} finally {
  worker.kill('SIGTERM');
  await once(worker, 'exit');
  model.kill();
  await rm(directory, { recursive: true, force: true });
}
