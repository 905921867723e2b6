// A mixed day in one home: what the runs say that they have cost, what `fanfold spend` says, and the model's own books, to the cent.
//   node test/proof/bills.mjs [--no-gateway] [--keep]
// Runs of every kind with nothing in the way must agree exactly. Where calls were cut or their process was killed, what the model has counted
// is at most the run's cost and what it says may be lost. Needs a build; prints a table and ends with 1 where something differs.
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { costOf } from './nemesis/model-books.mjs';
import { startOwn } from './nemesis/own/start.mjs';
import { Stage } from './nemesis/stage.mjs';

const hasGateway = !process.argv.includes('--no-gateway');
const keeps = process.argv.includes('--keep');
const cent = 1e-6;

const files = await mkdtemp(join(tmpdir(), 'fanfold-bills-'));
const settings = {
  usesGateway: false,
  isRemote: false,
  workers: 0,
  // What the marks of a run ask for: `slow` stands in texts that take seconds.
  latencyMs: (share) => 200 + 1_300 * share,
  backMs: () => 200,
};
const stage = await Stage.open(settings);
const gatewayFlag = hasGateway ? [] : ['--no-gateway'];

/** Starts the one worker, which is killed now and then. */
async function serve() {
  const words = ['worker', '--concurrency', '40', '--ramp-from', '40', ...gatewayFlag];
  const { Actor } = await import('./nemesis/actor.mjs');
  const worker = new Actor({
    name: 'worker',
    command: [process.execPath, new URL('../../dist/cli/fanfold.js', import.meta.url).pathname, ...words],
    ready: / serves fanfold/,
    cwd: stage.directory,
    env: stage.env,
    log: join(stage.directory, 'worker.log'),
    backMs: () => 200,
  });
  stage.workers.push(worker);
  await worker.start();
  return worker;
}

let number = 0;
/** A mark that tells whose a call is, and a text that has it. */
function marked(name, sentences = 6) {
  number += 1;
  const mark = `nemesis-${number}-0-${name}`;
  const text = Array.from({ length: sentences }, (_, at) => `The board of ${mark} inspects the ledger in week ${at}.`);
  return { mark, text: text.join(' ') };
}

async function file(mark, name, content) {
  await mkdir(join(files, mark), { recursive: true });
  const path = join(files, mark, name);
  await writeFile(path, content);
  return path;
}

const rows = (mark, count) =>
  Array.from({ length: count }, (_, at) =>
    JSON.stringify({ id: `d${at}`, text: `The bank of ${mark} counts the invoices of week ${at}.` }),
  ).join('\n');

const views = (count) => Array.from({ length: count }, (_, at) => `view-${at + 1}`).join(',');

/** Each run: its words, and what is done while its calls are in flight. */
const day = {
  narrow: async ({ mark, text }) => ({
    words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(5)],
  }),
  again: async ({ mark, text }) => {
    const words = ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(3)];
    return { words, before: [...words, '--id', `${mark}-before`] };
  },
  fanin: async ({ mark, text }) => ({
    words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(3), '--fan-in', 'synthesise'],
  }),
  hedged: async ({ mark, text }) => ({
    words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(12), '--hedge'],
    mayLose: true,
  }),
  wide: async ({ mark }) => ({ words: ['summarise', '--from', await file(mark, 'd.jsonl', rows(mark, 70))] }),
  map: async ({ mark }) => ({
    words: ['map', await file(mark, 'r.jsonl', rows(mark, 6)), '--prompt', 'Who does what in: {{ text }}'],
  }),
  agent: async ({ mark }) => ({
    words: [
      'agent',
      `Get the sales figures and get the cost figures of ${mark}`,
      '--tools',
      await file(mark, 'tools.mjs', tools),
    ],
  }),
  graph: async ({ mark, text }) => ({
    words: [
      'graph',
      await file(mark, 'flow.yaml', flowOf(mark)),
      '--input',
      `document=@${await file(mark, 'a.txt', text)}`,
    ],
  }),
  economy: async ({ mark, text }) => ({
    words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(4), '--economy'],
  }),
  gather: async ({ mark, text }) => {
    const note = await file(join(mark, 'notes'), 'n.md', text);
    return { words: ['gather', `What inspects ${mark}?`, '--sources', `files:${join(note, '..')}`, '--answer'] };
  },
  quorum: async ({ mark, text }) => ({
    words: [
      'perspectives',
      await file(mark, 'a.txt', text),
      '--perspectives',
      views(8),
      '--join',
      'quorum',
      '--quorum',
      '4',
    ],
    mayLose: true,
  }),
  cancelled: async ({ mark, text }) => ({
    words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(10)],
    during: (id) => stage.command(['cancel', id]),
    mayLose: true,
  }),
  cancelledwide: async ({ mark }) => ({
    words: ['summarise', '--from', await file(mark, 'd.jsonl', rows(mark, 90))],
    during: (id) => stage.command(['cancel', id]),
    mayLose: true,
  }),
  killed: async ({ mark, text }) => ({
    words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(10)],
    during: killWorker,
    mayLose: !hasGateway,
  }),
  killedquorum: async ({ mark, text }) => ({
    words: [
      'perspectives',
      await file(mark, 'a.txt', text),
      '--perspectives',
      views(20),
      '--join',
      'quorum',
      '--quorum',
      '12',
      '--concurrency',
      '8',
    ],
    during: killWorker,
    mayLose: true,
  }),
  killedwide: async ({ mark }) => ({
    words: [
      'summarise',
      '--from',
      await file(mark, 'd.jsonl', rows(mark, 90)),
      '--join',
      'quorum',
      '--quorum',
      '60',
      '--concurrency',
      '40',
    ],
    during: killWorker,
    mayLose: true,
  }),
  killedcancelled: async ({ mark, text }) => ({
    words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(10)],
    during: async (id) => {
      await killWorker();
      await stage.command(['cancel', id]);
    },
    mayLose: true,
  }),
  killedcancelledwide: async ({ mark }) => ({
    words: ['summarise', '--from', await file(mark, 'd.jsonl', rows(mark, 90))],
    during: async (id) => {
      await killWorker();
      await stage.command(['cancel', id]);
    },
    mayLose: true,
  }),
  ...(hasGateway && {
    gatewaykilled: async ({ mark, text }) => ({
      words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(10)],
      during: killGateway,
      mayLose: true,
    }),
    gatewaykilledwide: async ({ mark }) => ({
      words: ['summarise', '--from', await file(mark, 'd.jsonl', rows(mark, 90))],
      during: killGateway,
      mayLose: true,
    }),
    bothkilled: async ({ mark, text }) => ({
      words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(10)],
      during: async () => {
        await killGateway();
        await killWorker();
      },
      mayLose: true,
    }),
  }),
  own: async () => ({ own: { texts: [], concurrency: 5 } }),
};

const tools = `import { z } from 'zod';
const tool = (name, about) => ({ name, description: about, input: z.object({}), run: async () => about + ' are fine.' });
export default [tool('get_sales', 'The sales figures'), tool('get_cost', 'The cost figures')];
`;

const flowOf = (mark) =>
  [
    'input: { document: string }',
    'nodes:',
    "  one: { prompt: 'Read for one: {{ document }}' }",
    "  two: { prompt: 'Read for two: {{ document }}' }",
    `  pair: { needs: [one, two], prompt: 'Join of ${mark}: {{ one }} and {{ two }}' }`,
    'output: pair',
  ].join('\n');

async function killWorker() {
  const worker = stage.workers[0];
  const { pid } = worker;
  worker.signal('SIGKILL');
  while (worker.pid === pid || !worker.isReady) await sleep(50);
}

async function killGateway() {
  for (const pid of await stage.homeGatewayPids()) process.kill(pid, 'SIGKILL');
}

function inFlight(mark) {
  return stage.books.callsOf(mark).filter(({ record }) => record.finishedAt === null).length;
}

async function play(name) {
  const run = marked(name);
  const { words, own, before, during, mayLose = false } = await day[name](run);
  const { mark } = run;
  if (own !== undefined) {
    // The last of the day: its worker serves the others' queues, too.
    await stage.startProgram(files);
    own.texts.push(...Array.from({ length: 60 }, (_, at) => `The auditor of ${mark} reports the roof of week ${at}.`));
    while (!(await startOwn(stage, { id: mark, own }))) await sleep(200);
    await (await stage.client()).workflow.getHandle(mark).result();
  } else {
    if (before !== undefined) await stage.command([...before, ...gatewayFlag, '--json']);
    const running = stage.command([...words, '--id', mark, '--json', ...gatewayFlag]);
    if (during !== undefined) {
      while (inFlight(mark) < 3) await sleep(20);
      await during(mark);
    }
    const { code, stderr } = await running;
    if (code !== 0 && code !== 3 && code !== 4)
      return { name, wrong: [`it ended with ${code}: ${stderr.slice(-300)}`] };
  }
  const shown = JSON.parse((await stage.command(['show', mark, '--json'])).stdout);
  return { name, mark, shown, mayLose };
}

function judge({ name, mark, shown, mayLose, wrong = [] }, spent) {
  if (shown === undefined) return { name, wrong };
  const calls = stage.books.everything.filter(({ run }) => run === mark);
  const sum = (some) => some.reduce((total, call) => total + costOf(call), 0);
  const answered = sum(calls.filter(({ record }) => record.answered));
  const all = sum(calls);
  const { costUsd, lostUsd } = shown;
  // Runs of the same marks before it have calls of their own.
  const before = spent
    .filter((row) => row.name.startsWith(`${mark}-before/`))
    .reduce((total, row) => total + row.costUsd, 0);
  const rowsOf = spent.filter((row) => row.name.startsWith(`${mark}/`));
  const ledger = rowsOf.reduce((total, row) => total + row.costUsd, 0);
  const model = all - before;
  if (costUsd > model + cent) wrong.push('the bill has more than the model');
  if (mayLose) {
    if (costUsd + lostUsd + cent < model) wrong.push('the model has more than cost and lost');
  } else if (Math.abs(costUsd - model) > cent || lostUsd > cent) wrong.push('bill and model differ');
  if (hasGateway) {
    if (ledger > model + cent) wrong.push('the ledger has more than the model');
    if (costUsd > ledger + cent) wrong.push('the bill has more than the ledger');
    if (!mayLose && Math.abs(ledger - costUsd) > cent) wrong.push('bill and ledger differ');
  }
  const keys = new Set(calls.map(({ key, record }) => key ?? record));
  return {
    name,
    status: shown.status,
    calls: calls.length,
    again: calls.length - keys.size,
    costUsd,
    lostUsd,
    model,
    answered: answered - before,
    ledger,
    wrong,
  };
}

let isWrong = false;
try {
  await serve();
  const only = process.argv.filter((word) => word in day);
  const played = [];
  for (const name of Object.keys(day).filter((each) => only.length === 0 || only.includes(each))) {
    played.push(await play(name));
    const { wrong = [] } = played.at(-1);
    process.stdout.write(`${name} ${wrong.join('; ')}\n`);
  }
  const spend = await stage.command(['spend', '--by', 'run', '--json']);
  const spent = JSON.parse(spend.stdout).rows;
  const table = played.map((run) => judge(run, spent));
  const usd = (value) => value?.toFixed(6) ?? '';
  for (const row of table) {
    process.stdout.write(
      `${row.name.padEnd(20)} ${String(row.status).padEnd(10)} ${String(row.calls).padStart(4)} calls, ${row.again} again; bill ${usd(row.costUsd)} + ${usd(row.lostUsd)} lost; model ${usd(row.model)} (answered ${usd(row.answered)}); ledger ${usd(row.ledger)} ${row.wrong.join('; ')}\n`,
    );
  }
  isWrong = table.some(({ wrong }) => wrong.length > 0);
  process.stdout.write(`${isWrong ? 'WRONG' : 'right'} ${isWrong && keeps ? stage.directory : ''}\n`);
} finally {
  await stage.end();
  await stage.close(keeps && isWrong);
}
process.exitCode = isWrong ? 1 : 0;
