// What a user waits for, with the defaults: whole processes from the shell's point of view, and the run alone, beside a bare
// `Promise.all` over the SDK and, with `npm ci --prefix bench/peers` done, beside other engines. Calls take 200 ms.
//   npm run build && node bench/as-run.mjs [widths] [rounds]
// It prints tables in Markdown: medians of rounds in which every contender has its turn.
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';

import { entry, here, median, peersInstalled, Stage } from './width/stage.mjs';

const widths = (process.argv[2] ?? '4,10,100,1000').split(',').map(Number);
const rounds = Number(process.argv[3] ?? 5);
/** Documents of the first command of a new home. */
const coldWidth = 10;

const stage = await Stage.open();
const seconds = (ms) => (ms / 1_000).toFixed(2);
const head = (columns) => `| | ${columns.join(' | ')} |\n|---|${columns.map(() => '---|').join('')}`;

/** What a process prints as JSON, and how long it took from its start to its end. */
async function timed(words, options) {
  const began = performance.now();
  const printed = await stage.output(words, { mostMs: 300_000, ...options });
  if (printed === undefined) throw new Error(`It did not end well: ${words.join(' ')}`);
  return { wholeMs: performance.now() - began, printed };
}

/** How long a command that prints whatever it likes takes. */
async function ended(words, env, command = process.execPath) {
  const began = performance.now();
  const child = stage.spawn(words, env, command);
  child.stdout.resume();
  await new Promise((resolve) => child.once('close', resolve));
  if (child.exitCode !== 0) throw new Error(`It ended with ${child.exitCode}: ${words.join(' ')}`);
  return performance.now() - began;
}

async function newHome(env) {
  return { ...env, FANFOLD_HOME: await mkdtemp(join(stage.directory, 'home-')) };
}

/** By name: what one fan-out takes, with the servers up. */
function contendersOf(url, env, peers) {
  const bare = (words) => async (count) => {
    const { wholeMs, printed } = await timed([here('bare.mjs'), url, String(count), words]);
    return { wholeMs, aloneMs: [printed.ms].flat().at(0) };
  };
  return {
    'bare Promise.all': bare('all'),
    'p-map, 50 at once': bare('50'),
    fanfold: async (count) => {
      const { wholeMs, printed } = await timed(await stage.durable(count), { env });
      if (printed.coverage.ok !== count) throw new Error(`${printed.coverage.ok} of ${count} branches are ok.`);
      return { wholeMs, aloneMs: printed.elapsedMs };
    },
    ...Object.fromEntries(
      Object.entries(peers).map(([name, { file, words }]) => [
        name,
        async (count) => {
          const { wholeMs } = await timed([file, url, String(count), '1', ...words]);
          // In a process that has run twice before, as fanfold's worker has.
          const { printed } = await timed([file, url, String(count), '3', ...words]);
          return { wholeMs, aloneMs: printed.ms.at(-1) };
        },
      ]),
    ),
  };
}

/** By name: the first fan-out on a machine where nothing runs yet, servers and all. */
async function coldOf(url, env) {
  const cold = {
    fanfold: async () => {
      const own = await newHome(env);
      const { wholeMs } = await timed(await stage.durable(coldWidth), { env: own });
      await ended([entry, 'stop'], own);
      return wholeMs;
    },
  };
  if (!peersInstalled) return cold;
  const { startPostgres, startRestate } = await import('./peers/services.mjs');
  const withService = (file, start, wordsOf) => async () => {
    const began = performance.now();
    const service = await start();
    try {
      await timed([here(`../peers/${file}.mjs`), url, String(coldWidth), '1', ...wordsOf(service)]);
      return performance.now() - began;
    } finally {
      service.stop();
    }
  };
  return {
    ...cold,
    'Restate and its server': withService(
      'restate',
      async () => startRestate(await mkdtemp(join(stage.directory, 'restate-'))),
      ({ words }) => words,
    ),
    'DBOS and PostgreSQL': withService('dbos', startPostgres, (service) => [service.url('dbos')]),
  };
}

async function measure(contenders, ...given) {
  const measured = new Map(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(contenders)) measured.get(name).push(await run(...given));
  }
  return measured;
}

try {
  const { url } = await stage.startModel('200');
  const env = stage.env(url);

  console.log(`The first run of ${coldWidth} calls where nothing runs yet, servers included:\n`);
  console.log(head(['seconds']));
  for (const [name, values] of await measure(await coldOf(url, env))) {
    console.log(`| ${name} | ${seconds(median(values))} |`);
  }
  process.stderr.write('cold starts done\n');

  // Starts the worker, which stays, and shows it how many calls at once the API takes.
  for (const count of widths) await timed(await stage.durable(count), { env });
  const contenders = contendersOf(url, env, await stage.startPeers());
  const tables = [
    { key: 'wholeMs', title: "The whole process, servers and fanfold's worker up", rows: new Map() },
    { key: 'aloneMs', title: 'The run alone, in a worker or process that has run before', rows: new Map() },
  ];
  for (const count of widths) {
    const measured = await measure(contenders, count);
    for (const { key, rows } of tables) {
      const medians = new Map([...measured].map(([name, values]) => [name, median(values.map((value) => value[key]))]));
      const bare = medians.get('bare Promise.all');
      for (const [name, ms] of medians) {
        rows.set(name, [...(rows.get(name) ?? []), `${seconds(ms)} (${(ms / bare).toFixed(2)})`]);
      }
    }
    process.stderr.write(`${count} calls done\n`);
  }
  const columns = widths.map((count) => `${count.toLocaleString('en')} calls`);
  for (const { title, rows } of tables) {
    console.log(`\n${title}; seconds, and as a multiple of the bare script:\n\n${head(columns)}`);
    for (const [name, cells] of rows) console.log(`| ${name} | ${cells.join(' | ')} |`);
  }

  const { 0: newest } = await stage.output([entry, 'list', '--json', '--limit', '1'], { env });
  const commands = {
    'node -e 0': ['-e', '0'],
    'fanfold --help': [entry, '--help'],
    'fanfold completion bash': [entry, 'completion', 'bash'],
    'fanfold list': [entry, 'list'],
    'fanfold show': [entry, 'show', newest.workflowId],
    'fanfold watch': [entry, 'watch', newest.workflowId],
    'fanfold journal stats': [entry, 'journal', 'stats'],
    'fanfold home': [entry, 'home'],
    'fanfold doctor': [entry, 'doctor'],
  };
  const measured = await measure(
    Object.fromEntries(Object.entries(commands).map(([name, words]) => [name, () => ended(words, env)])),
  );
  const node = median(measured.get('node -e 0'));
  console.log(`\nCommands:\n\n${head(['seconds', 'of `node -e 0`'])}`);
  for (const [name, values] of measured) {
    console.log(`| \`${name}\` | ${seconds(median(values))} | ${(median(values) / node).toFixed(1)} |`);
  }
  await ended([entry, 'stop'], env);
} finally {
  await stage.close();
}
