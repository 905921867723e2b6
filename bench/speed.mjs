// How much a durable fan-out costs over a bare Promise.all: four calls of one second, side by side in one run.
//   npm run build && node bench/speed.mjs [rounds]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import Anthropic from '@anthropic-ai/sdk';

import { startOfflineModel } from '@fanfold/offline-model';

const rounds = Number(process.argv[2] ?? 5);
const entry = fileURLToPath(new URL('../dist/cli/fanfold.js', import.meta.url));
const home = await mkdtemp(join(tmpdir(), 'fanfold-bench-'));
const model = await startOfflineModel({ latencyMs: 1_000 });
const env = { ...process.env, FANFOLD_HOME: home, ANTHROPIC_API_KEY: 'bench', ANTHROPIC_BASE_URL: model.url };
const keys = ['legal', 'technical', 'financial', 'security'];

function fanfold(words, input = '') {
  const child = spawn(process.execPath, [entry, ...words], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(input);
  return child;
}

/** Milliseconds from the run's start to its end, by Temporal's clock. */
async function durable(branches, concurrency) {
  const child = fanfold(
    [
      'perspectives',
      '-',
      '--perspectives',
      keys.slice(0, branches).join(','),
      '--concurrency',
      String(concurrency),
      '--json',
      '--quiet',
      '--fresh',
    ],
    'The customer pays in advance.',
  );
  let printed = '';
  child.stdout.on('data', (text) => (printed += text));
  await once(child, 'close');
  const run = JSON.parse(printed);
  if (run.coverage.ok !== branches) throw new Error(`${run.coverage.ok} of ${branches} branches are ok.`);
  return run.elapsedMs;
}

const client = new Anthropic({ apiKey: 'bench', baseURL: model.url, maxRetries: 0 });

async function bare(branches) {
  const startedAt = performance.now();
  await Promise.all(
    keys.slice(0, branches).map((key) =>
      client.messages.create({
        model: 'claude-sonnet-5-5',
        max_tokens: 2_048,
        messages: [{ role: 'user', content: `Read as ${key}.` }],
      }),
    ),
  );
  return performance.now() - startedAt;
}

const worker = fanfold(['worker']);
let log = '';
worker.stderr.on('data', (text) => (log += text));
while (!/ serves fanfold/.test(log)) await once(worker.stderr, 'data');

const contenders = {
  'bare Promise.all, 4 branches': () => bare(4),
  'fanfold, 4 branches': () => durable(4, 4),
  'fanfold, 1 branch': () => durable(1, 1),
  'fanfold, 4 branches one after the other': () => durable(4, 1),
};
const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
try {
  // Interleaved, so that what else the machine does strikes all alike; the first round only warms up.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, run] of Object.entries(contenders)) {
      const ms = await run();
      if (round > 0) times[name].push(ms);
    }
  }
} finally {
  worker.kill('SIGTERM');
  await once(worker, 'close');
  await model.stop();
  await rm(home, { recursive: true, force: true });
}
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const medians = Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
const ratio = (one, other) => (medians[one] / medians[other]).toFixed(2);
for (const [name, ms] of Object.entries(medians))
  console.log(`${name.padEnd(42)} ${Math.round(ms)} ms (median of ${rounds})`);
console.log(`four branches to one             ${ratio('fanfold, 4 branches', 'fanfold, 1 branch')}`);
console.log(
  `four branches to four in a row   ${ratio('fanfold, 4 branches', 'fanfold, 4 branches one after the other')}`,
);
console.log(`fanfold to bare Promise.all      ${ratio('fanfold, 4 branches', 'bare Promise.all, 4 branches')}`);
