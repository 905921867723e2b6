// A mixed day in one home: what the runs say that they have cost, what `fanfold spend` says, and the model's own books, to the cent.
//   node test/proof/bills/main.mjs [--no-gateway] [--keep] [NAME…]
// Runs of every kind with nothing in the way must agree exactly. Where calls were cut or their process was killed, what the model has counted
// is at most the run's cost and what it says may be lost. Needs a build; prints a table and ends with 1 where something differs.
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { costOf } from '../nemesis/model-books.mjs';
import { startOwn } from '../nemesis/own/start.mjs';
import { day, marked } from './day.mjs';
import { files, gatewayFlag, hasGateway, inFlight, serve, stage } from './home.mjs';

const keeps = process.argv.includes('--keep');
const cent = 1e-6;

async function play(name) {
  const run = marked(name.replaceAll('-', ''));
  const { words, own, before, during, strike, mayLose = false } = await day[name](run);
  const { mark } = run;
  if (own !== undefined) {
    // The last of the day: its worker serves the others' queues, too.
    await stage.startProgram(files);
    own.texts.push(...Array.from({ length: 60 }, (_, at) => `The auditor of ${mark} reports the roof of week ${at}.`));
    while (!(await startOwn(stage, { id: mark, own }))) await sleep(200);
    await (await stage.client()).workflow.getHandle(mark).result();
  } else {
    if (before !== undefined) await stage.command([...before, ...gatewayFlag, '--json']);
    let begin;
    const begun = new Promise((resolve) => (begin = resolve));
    const struck = strike?.(mark, begin);
    if (strike?.length === 2) await begun;
    const running = stage.command([...words, '--id', mark, '--json', ...gatewayFlag]);
    if (during !== undefined) {
      while (inFlight(mark) < 3) await sleep(20);
      await during(mark);
    }
    const { code, stderr } = await running;
    await struck;
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
  if (!keeps || !isWrong) await rm(files, { recursive: true, force: true });
}
process.exitCode = isWrong ? 1 : 0;
