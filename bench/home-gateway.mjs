// What the gateway of a home costs: the same runs through it and without it (`--no-gateway`), each in a home of its own, in turn.
//   npm run build && node bench/home-gateway.mjs [widths] [rounds]
// Widths are 4,1000,5000 and rounds 5 by default. It prints a table in Markdown: medians, and the processor time of worker and gateway. Workers are
// tuned (`--concurrency 5000 --ramp-from 5000`), so that the width alone decides; calls take 200 ms.
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { entry, median, Stage, tuned } from './width/stage.mjs';
import { ownCpuMs } from './width/usage.mjs';

const widths = (process.argv[2] ?? '4,1000,5000').split(',').map(Number);
const rounds = Number(process.argv[3] ?? 5);
/** What issues ask for: the run's time, the worker's own processor time, and the milliseconds more of a run of four. */
const goals = { time: 1.05, cpu: 0.5, moreMs: 10 };

const stage = await Stage.open();
const workers = [];

/** A worker in a home of its own, with the processes whose time is counted. */
async function contender(name, url, ...flags) {
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...stage.env(url), FANFOLD_HOME: join(stage.directory, name) };
  delete env.FANFOLD_GATEWAY;
  delete env.TEMPORAL_ADDRESS;
  const worker = await stage.startWorker(env, [...tuned, ...flags]);
  workers.push(worker);
  const folder = join(env.FANFOLD_HOME, 'gateway');
  const records = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.json'));
  const gateways = await Promise.all(
    records.map(async (file) => JSON.parse(await readFile(join(folder, file), 'utf8')).pid),
  );
  if (gateways.length > 0 !== (flags.length === 0)) throw new Error(`${name} has ${gateways.length} gateways.`);
  return { env, worker: worker.pid, gateways };
}

/** One run: how long it took by its own account, and what it took of the processor. */
async function measured({ env, worker, gateways }, width) {
  const cpuMs = () => ({ worker: ownCpuMs(worker), gateway: gateways.reduce((sum, pid) => sum + ownCpuMs(pid), 0) });
  const before = cpuMs();
  const run = await stage.output(await stage.durable(width), { env, mostMs: 300_000 });
  if (run?.coverage.ok !== width) throw new Error(`Of ${width} branches ${run?.coverage.ok} are ok.`);
  const after = cpuMs();
  return { ms: run.elapsedMs, workerMs: after.worker - before.worker, gatewayMs: after.gateway - before.gateway };
}

/** Medians of rounds in which both have their turn, the one that begins changing. */
async function compared(through, without, width) {
  const found = { through: [], without: [] };
  // The first run of a width compiles what the others find compiled.
  for (let round = 0; round <= rounds; round += 1) {
    const turns = [
      ['through', through],
      ['without', without],
    ];
    for (const [name, each] of round % 2 === 0 ? turns : turns.toReversed()) {
      const one = await measured(each, width);
      if (round > 0) found[name].push(one);
    }
  }
  const middle = (runs, what) => median(runs.map((run) => run[what]));
  const ratio = (what) => median(found.through.map((run, at) => run[what] / Math.max(1, found.without[at][what])));
  return {
    width,
    ms: [middle(found.through, 'ms'), middle(found.without, 'ms')],
    moreMs: median(found.through.map((run, at) => run.ms - found.without[at].ms)),
    time: ratio('ms'),
    workerMs: [middle(found.through, 'workerMs'), middle(found.without, 'workerMs')],
    cpu: ratio('workerMs'),
    gatewayMs: middle(found.through, 'gatewayMs'),
  };
}

const mark = (holds) => (holds ? '' : ' (missed)');

try {
  const { url } = await stage.startModel();
  const through = await contender('through', url);
  const without = await contender('without', url, '--no-gateway');
  console.log(
    '| branches | through the gateway | without | ratio | the worker’s CPU | without | ratio | the gateway’s CPU |',
  );
  console.log('|---|---|---|---|---|---|---|---|');
  for (const width of widths) {
    const { ms, moreMs, time, workerMs, cpu, gatewayMs } = await compared(through, without, width);
    const whole = (value) => `${Math.round(value).toLocaleString('en')} ms`;
    // A narrow run is judged by what a person might notice of it.
    const isNarrow = width < 50;
    const timed = isNarrow
      ? `${moreMs >= 0 ? '+' : '−'}${whole(Math.abs(moreMs))}${mark(moreMs <= goals.moreMs)}`
      : `${time.toFixed(2)}${mark(time <= goals.time)}`;
    const spent = `${cpu.toFixed(2)}${isNarrow ? '' : mark(cpu <= goals.cpu)}`;
    console.log(
      `| ${width.toLocaleString('en')} | ${whole(ms[0])} | ${whole(ms[1])} | ${timed} | ${whole(workerMs[0])} | ${whole(workerMs[1])} | ${spent} | ${whole(gatewayMs)} |`,
    );
  }
} finally {
  // A server ends with its last user, where that ends in good order.
  for (const worker of workers) if (worker.exitCode === null && worker.kill('SIGTERM')) await once(worker, 'exit');
  for (const name of ['through', 'without']) {
    const ended = stage.spawn([entry, 'stop'], { ...process.env, FANFOLD_HOME: join(stage.directory, name) });
    ended.stdout.resume();
    await once(ended, 'close');
  }
  await stage.close();
}
