// What a durable fan-out costs over a bare Promise.all, from 4 branches to 5,000, side by side in one run.
//   npm run build && node bench/width/run.mjs [rounds]
// The model answers every call after 200 ms. fanfold has its database on disk and its journal on. Every contender is a new process;
// a durable one makes three runs in it, of which the first is shown as `new` and the last as `running`. With `npm ci --prefix
// bench/peers` done, other engines take part; with bench/peers/.venv, Python does.
import { here, median, python, Stage } from './stage.mjs';
import { usageOf } from './usage.mjs';

const rounds = Number(process.argv[2] ?? 3);
const widths = process.argv[3]?.split(',').map(Number) ?? [4, 10, 100, 1_000, 5_000];
const stage = await Stage.open();

/** Adds what the servers of a contender took of the CPU to what it took itself. */
async function withServers(servers, times, work) {
  const before = usageOf(servers);
  const measured = await work();
  if (measured === undefined) return undefined;
  const after = usageOf(servers);
  const cpuMs = (measured.cpuMs ?? 0) + (after.cpuMs - before.cpuMs) / times;
  return { ...measured, cpuMs, peakMb: (measured.peakMb ?? 0) + after.peakMb };
}

try {
  const { url } = await stage.startModel('200');
  const env = stage.env(url);
  const peers = await stage.startPeers();

  async function fanfold(count) {
    const worker = await stage.startWorker(env);
    const { pid } = await stage.server(env);
    const ms = [];
    let commandCpuMs = 0;
    const measured = await withServers([worker.pid, pid], 3, async () => {
      for (let time = 0; time < 3; time += 1) {
        const run = await stage.output(await stage.durable(count), { env });
        if (run?.coverage.ok !== count) throw new Error(`${run?.coverage.ok} of ${count} branches are ok.`);
        ms.push(run.elapsedMs);
        commandCpuMs += run.childCpuMs / 3;
      }
      return { ms };
    });
    await stage.stopWorker(worker);
    return { ...measured, cpuMs: measured.cpuMs + commandCpuMs };
  }

  async function plainTemporal(count) {
    // Its server is the one that fanfold's worker starts.
    const worker = await stage.startWorker(env);
    const { pid, address } = await stage.server(env);
    // More than 2,000 activities of one run may not be pending.
    const once = { mostMs: count > 2_000 ? 60_000 : 120_000 };
    const measured = await withServers([pid], 1, () =>
      stage.output([here('plain-temporal.mjs'), url, String(count), address], once),
    );
    await stage.stopWorker(worker);
    return measured;
  }

  const once = (words, options) => (count) => stage.output(words(String(count)), options);
  const contenders = {
    'bare Promise.all': once((count) => [here('bare.mjs'), url, count, 'all']),
    'p-map, 50 at once': once((count) => [here('bare.mjs'), url, count, '50']),
    ...(python && {
      'Python asyncio': once((count) => [here('fan.py'), url, count, 'asyncio'], { command: python }),
      'Python threads': once((count) => [here('fan.py'), url, count, 'threads'], { command: python }),
    }),
    fanfold,
    'plain Temporal': plainTemporal,
    ...Object.fromEntries(
      Object.entries(peers).map(([name, { file, words, servers }]) => [
        name,
        (count) => withServers(servers, 3, () => stage.output([file, url, String(count), '3', ...words])),
      ]),
    ),
  };

  const rows = new Map();
  const costs = new Map();
  for (const count of widths) {
    const runs = new Map(Object.keys(contenders).map((name) => [name, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, run] of Object.entries(contenders)) {
        // What does not end once need not be waited for again.
        if (runs.get(name).includes(undefined)) continue;
        runs.get(name).push(await run(count));
      }
    }
    const msOf = (name, pick) => median(runs.get(name).map((run) => [run.ms].flat().at(pick)));
    const bare = msOf('bare Promise.all', 0);
    for (const [name, all] of runs) {
      const ended = !all.includes(undefined);
      const isRepeated = ended ? all.some(({ ms }) => Array.isArray(ms)) : rows.has(`${name}, new`);
      const shown = isRepeated ? { new: 0, running: -1 } : { '': 0 };
      for (const [state, pick] of Object.entries(shown)) {
        const row = state === '' ? name : `${name}, ${state}`;
        const ms = ended ? msOf(name, pick) : undefined;
        const cell = ended ? `${Math.round(ms).toLocaleString('en')} (${(ms / bare).toFixed(2)})` : 'does not end';
        rows.set(row, new Map([...(rows.get(row) ?? []), [count, cell]]));
      }
      const cost = ended && {
        cpu: (median(all.map(({ cpuMs }) => cpuMs)) / 1_000).toFixed(2),
        memory: Math.round(median(all.map(({ peakMb }) => peakMb))).toLocaleString('en'),
      };
      costs.set(name, new Map([...(costs.get(name) ?? []), [count, cost]]));
    }
    process.stderr.write(`${count} branches done\n`);
  }
  const head = (columns) => `| | ${columns.join(' | ')} |\n|---|${columns.map(() => '---|').join('')}`;
  console.log(head(widths.map((count) => `${count.toLocaleString('en')} branches`)));
  for (const [name, cells] of rows)
    console.log(`| ${name} | ${widths.map((count) => cells.get(count) ?? '').join(' | ')} |`);
  const wide = widths.filter((count) => count >= 1_000);
  console.log(
    `\nCPU seconds of one run and peak memory in MB, servers included, model not:\n\n${head(
      wide.flatMap((count) => [`CPU, ${count.toLocaleString('en')}`, `memory, ${count.toLocaleString('en')}`]),
    )}`,
  );
  for (const [name, cells] of costs) {
    const shown = wide.flatMap((count) => {
      const cost = cells.get(count);
      return cost ? [cost.cpu, cost.memory] : ['', ''];
    });
    console.log(`| ${name} | ${shown.join(' | ')} |`);
  }
} finally {
  await stage.close();
}
