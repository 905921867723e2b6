// What a year of use costs: `list`, a start and a lookup in a home that has much of one thing, as multiples of an empty home's.
//   npm run build && node bench/load.mjs [rounds] [scale] [load]
// Prints a table in Markdown. `scale` 0.1 makes everything a tenth as large; what was measured is in the table.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { createHash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client, Connection } from '@temporalio/client';
import { startOfflineModel } from '@fanfold/offline-model';

import { openJournal } from '../dist/src/journal/index.js';
import { openEmbeddedStore } from '../dist/src/journal/embedded/embedded-store.js';
import { readServerRecord } from '../dist/src/server/server-record.js';
import { entry, median } from './width/stage.mjs';

const rounds = Number(process.argv[2] ?? 9);
const scale = Number(process.argv[3] ?? 1);
/** What a load's name contains that is measured alone. */
const only = process.argv[4] ?? '';
const scaled = (count) => Math.round(count * scale);
const sizes = { answers: scaled(1_000_000), runs: scaled(10_000), files: scaled(50_000), open: scaled(200) };
const fileBytes = 1_048_576;

const say = (text) => process.stderr.write(`${text}\n`);
const directory = await mkdtemp(join(tmpdir(), 'fanfold-load-'));
const model = await startOfflineModel({ latencyMs: 0 });
const held = model.hold(/held-/);
const homes = [];

/** A home with its server and one worker. */
class Home {
  #starts = 0;

  constructor(name) {
    this.path = join(directory, name);
    this.env = {
      ...Object.fromEntries(Object.entries(process.env).filter(([each]) => !/^(TEMPORAL|FANFOLD)_/.test(each))),
      PATH: process.env.PATH,
      XDG_CONFIG_HOME: join(directory, 'config'),
      FANFOLD_HOME: this.path,
      FANFOLD_IDLE: '0',
      ANTHROPIC_API_KEY: 'bench',
      ANTHROPIC_BASE_URL: model.url,
    };
    homes.push(this);
  }

  async serve() {
    // Tuned: calls of open runs never end here, and would hold every call that a worker of the defaults may have out, so that a start waits for ever.
    const most = String(3 * sizes.open + 50);
    const words = [entry, 'worker', '--concurrency', most, '--ramp-from', most];
    this.worker = spawn(process.execPath, words, { env: this.env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    this.worker.stderr.on('data', (text) => (said += text));
    while (!said.includes(' serves ')) await once(this.worker.stderr, 'data');
    const { address } = await readServerRecord(this.path);
    this.connection = await Connection.connect({ address });
    this.client = new Client({ connection: this.connection });
    await writeFile(join(this.path, '..', 'text.txt'), 'The tenant pays the rent. The landlord repairs the roof.');
    await this.start('first');
  }

  run(...words) {
    return new Promise((resolve, reject) => {
      const options = { env: this.env, cwd: directory, maxBuffer: 1 << 28 };
      execFile(process.execPath, [entry, ...words], options, (error, stdout, stderr) =>
        error === null ? resolve(stdout) : reject(new Error(`${words.join(' ')}: ${stderr}`)),
      );
    });
  }

  start(name, ...more) {
    this.#starts += 1;
    const views = [1, 2, 3].map((at) => `${name}-${at}`).join(',');
    return this.run(
      'perspectives',
      'text.txt',
      '--perspectives',
      views,
      '--json',
      '--id',
      `${name}-${this.#starts}`,
      ...more,
    );
  }

  async close() {
    await this.connection?.close();
    if (this.worker?.exitCode === null && this.worker.signalCode === null) {
      const gone = once(this.worker, 'exit');
      this.worker.kill();
      await gone;
    }
    await this.run('stop').catch(() => {});
  }
}

/** What is measured, by its name in the table. */
const measures = {
  list: (home) => home.run('list', '--json'),
  'a start': (home) => home.start(`new-${randomBytes(4).toString('hex')}`),
  'a lookup': (home) => home.start('first'),
};

/** What a home is full of, and how it is filled. */
const loads = {
  [`${sizes.answers.toLocaleString('en')} answers in the journal`]: fillJournal,
  [`${sizes.runs.toLocaleString('en')} runs that have ended`]: fillRuns,
  [`a store of ${sizes.files.toLocaleString('en')} files, ${Math.round((sizes.files * fileBytes) / 1e9)} GB (sparse)`]:
    fillStore,
  [`${sizes.open.toLocaleString('en')} open runs (perspectives, agents, graphs) that wait for the model`]: openRuns,
};

async function fillJournal({ path }) {
  await (await openJournal({ home: path })).close();
  const store = await openEmbeddedStore(path, say);
  const record = randomBytes(600);
  for (let at = 0; at < sizes.answers; at += 5_000) {
    const batch = Array.from({ length: Math.min(5_000, sizes.answers - at) }, (_, each) => ({
      key: createHash('sha256')
        .update(`${at + each}`)
        .digest('hex'),
      bytes: record,
      answeredAtMs: Date.now() - 86_400_000,
    }));
    await store.add(batch);
  }
  await store.close();
}

/** Started and ended through the API, with what a list shows of a run; their histories are short. */
async function fillRuns({ client }) {
  for (let at = 0; at < sizes.runs; at += 50) {
    await Promise.all(
      Array.from({ length: Math.min(50, sizes.runs - at) }, async (_, each) => {
        const handle = await client.workflow.start('perspectives', {
          workflowId: `old-${at + each}`,
          taskQueue: 'nobody',
          args: [{ document: { inline: 'Old.' } }],
          memo: { fanfold: { title: `Old run ${at + each}` } },
          searchAttributes: {
            FanfoldKind: ['perspectives'],
            FanfoldStatus: ['complete'],
            FanfoldCostUsd: [0.01],
            FanfoldBranches: [3],
          },
        });
        await handle.terminate();
      }),
    );
  }
}

async function fillStore({ path }) {
  for (let at = 0; at < sizes.files; at += 1) {
    const name = createHash('sha256').update(`${at}`).digest('hex');
    const folder = join(path, 'blobs', name.slice(0, 2));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, name);
    await writeFile(file, '');
    await truncate(file, fileBytes);
  }
}

async function openRuns(home) {
  await writeFile(
    join(directory, 'flow.yaml'),
    "nodes:\n  one: { prompt: 'held-one' }\n  two: { prompt: 'held-two' }\n",
  );
  const each = Math.ceil(sizes.open / 3);
  for (let at = 0; at < each; at += 5) {
    await Promise.all(
      Array.from({ length: Math.min(5, each - at) }, (_, more) => [
        home.start(`held-${at + more}`, '--detach'),
        home.run('agent', `held-${at + more}`, '--id', `agent-${at + more}`, '--detach'),
        home.run('graph', 'flow.yaml', '--id', `graph-${at + more}`, '--detach', '--fresh'),
      ]).flat(),
    );
  }
}

try {
  const empty = new Home('empty');
  await mkdir(empty.path, { recursive: true });
  await empty.serve();
  process.stdout.write('| a home with | list | a start | a lookup |\n|---|---|---|---|\n');
  for (const [name, fill] of Object.entries(loads).filter(([each]) => each.includes(only))) {
    const home = new Home(`full-${homes.length}`);
    await mkdir(home.path, { recursive: true });
    const began = performance.now();
    await home.serve();
    await fill(home);
    say(`${name}: filled in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
    const ratios = await compared(home, empty);
    process.stdout.write(`| ${name} | ${ratios.join(' | ')} |\n`);
    held.release();
    await home.close();
    await rm(home.path, { recursive: true, force: true });
  }
} finally {
  await Promise.all(homes.map((home) => home.close().catch(() => {})));
  await model.stop();
  await rm(directory, { recursive: true, force: true });
}

/** Medians of rounds in which both have their turn, as a ratio. */
async function compared(full, empty) {
  const times = Object.keys(measures).map(() => ({ full: [], empty: [] }));
  for (let round = -1; round < rounds; round += 1) {
    for (const [at, measure] of Object.values(measures).entries()) {
      for (const [which, home] of Object.entries({ full, empty })) {
        const began = performance.now();
        await measure(home);
        // The first round warms up.
        if (round >= 0) times[at][which].push(performance.now() - began);
      }
    }
  }
  return times.map(({ full: a, empty: b }) => `${(median(a) / median(b)).toFixed(2)} (${Math.round(median(a))} ms)`);
}
