// What a user waits for: `summarise` with the defaults, the worker running, beside a bare `Promise.all` over the SDK; from the
// shell's point of view and alone. Calls take 200 ms. `node bench/as-run.mjs [widths] [rounds]` prints medians.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { startOfflineModel } from '@fanfold/offline-model';

const widths = (process.argv[2] ?? '10,100,1000').split(',').map(Number);
const rounds = Number(process.argv[3] ?? 5);
const entry = fileURLToPath(new URL('../dist/cli/fanfold.js', import.meta.url));
const bare = fileURLToPath(new URL('./as-run-bare.mjs', import.meta.url));
const run = promisify(execFile);

const folder = await mkdtemp(join(tmpdir(), 'fanfold-as-run-'));
const model = await startOfflineModel({ latencyMs: 200 });
const env = {
  ...process.env,
  FANFOLD_HOME: join(folder, 'home'),
  ANTHROPIC_BASE_URL: model.url,
  ANTHROPIC_API_KEY: 'made-up-token-1',
};

/** The whole time of a process and what it prints. */
async function timed(words) {
  const began = performance.now();
  const { stdout } = await run(process.execPath, words, { env, cwd: folder, maxBuffer: 1e9 });
  return { wholeMs: performance.now() - began, stdout };
}

const median = (values) => values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)];
const seconds = (ms) => `${(ms / 1_000).toFixed(2)} s`;

try {
  for (const width of widths) {
    const rows = Array.from({ length: width }, (_, at) =>
      JSON.stringify({ id: `d${at}`, text: `Document ${at} owes something.` }),
    );
    await writeFile(join(folder, `${width}.jsonl`), rows.join('\n'));
  }
  const summarise = (width) => [
    entry,
    'summarise',
    '--from',
    `${width}.jsonl`,
    '--fresh',
    '--json',
    '--quiet',
    '--concurrency',
    String(Math.max(...widths)),
  ];
  // Starts the worker, which stays.
  const cold = await timed(summarise(widths[0]));
  console.log(`the first command of a home, ${widths[0]} documents: ${seconds(cold.wholeMs)}`);
  for (const width of widths) {
    const times = { bareWhole: [], bareAlone: [], whole: [], alone: [] };
    for (let round = 0; round < rounds; round += 1) {
      const plain = await timed([bare, String(width), `round ${round}`]);
      times.bareWhole.push(plain.wholeMs);
      times.bareAlone.push(Number(plain.stdout));
      const ours = await timed(summarise(width));
      times.whole.push(ours.wholeMs);
      times.alone.push(JSON.parse(ours.stdout).elapsedMs);
    }
    const [bareWhole, bareAlone, whole, alone] = Object.values(times).map(median);
    console.log(
      `${width}: alone ${seconds(alone)} beside ${seconds(bareAlone)} (${(alone / bareAlone).toFixed(2)}), ` +
        `whole command ${seconds(whole)} beside ${seconds(bareWhole)} (${(whole / bareWhole).toFixed(2)})`,
    );
  }
} finally {
  await once(spawn(process.execPath, [entry, 'stop'], { env, cwd: folder, stdio: 'ignore' }), 'close');
  await model.stop();
  await rm(folder, { recursive: true, force: true });
}
