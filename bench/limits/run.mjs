// How much of what an API allows is used, and how often it has to say no: the limiter against what people use instead.
//   npm run build && node bench/limits/run.mjs [--quick]
// Takes eight minutes, with --quick less than one. Every process is real; the API is the offline model with limits.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { contenders, optimalRate, scenarios } from './scenarios.mjs';
import { shareUsed } from './share-used.mjs';

const quick = process.argv.includes('--quick');
/** Of each run, and how much of its beginning is not looked at, in milliseconds. */
const durationMs = quick ? 6_500 : 22_000;
const rampMs = quick ? 4_500 : 8_000;
/** Longest wait for what is still in flight at the end, in milliseconds. */
const drainMs = quick ? 2_000 : 5_000;

const percent = (share, digits = 0) => `${(100 * share).toFixed(digits)} %`;
const children = new Set();

function start(file) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)));
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

async function run(scenario, contender) {
  const api = start('api.mjs');
  api.send(scenario);
  const [{ url }] = await once(api, 'message');
  const optimalAnswers = Math.round((optimalRate(scenario) * durationMs) / 1_000);
  const clients = Array.from({ length: contender.processes }, () => start('client.mjs'));
  const beganAt = Date.now();
  const told = await Promise.all(
    clients.map(async (client) => {
      client.send({ contender, url, durationMs, promptWords: scenario.promptWords, optimalAnswers });
      const told = once(client, 'message');
      // Who is still trying long after the end has not done what it has not done.
      const late = setTimeout(() => client.send('over'), durationMs + drainMs);
      const [result] = await told;
      clearTimeout(late);
      return result;
    }),
  );
  api.send('over');
  const [{ answers, refused }] = await once(api, 'message');
  if (api.exitCode === null) await once(api, 'exit');
  const total = (what) => told.reduce((sum, each) => sum + each[what], 0);
  const period = { from: beganAt + rampMs, to: beganAt + durationMs };
  const counted = answers.filter(({ at }) => at > period.from && at <= period.to);
  return {
    perSecond: (counted.length * 1_000) / (durationMs - rampMs),
    used: shareUsed(scenario, answers, period),
    refused: refused / (refused + answers.length),
    failed: total('failed'),
    unfinished: total('begun') - total('ok') - total('failed'),
    shares: told.map(({ ok }) => ok / Math.max(1, total('ok'))),
  };
}

try {
  console.log(
    `${durationMs / 1_000} s each, the first ${rampMs / 1_000} s not counted; calls of 0.7 to 1.3 s. Branches that\nfailed, and those unfinished ${drainMs / 1_000} s after the end.`,
  );
  for (const [allowed, scenario] of Object.entries(scenarios)) {
    console.log(`\nAn API that allows ${allowed}`);
    console.log(
      `  ${'contender'.padEnd(22)}${'answers/s'.padStart(10)}${'of optimum'.padStart(12)}${'calls 429'.padStart(11)}${'failed'.padStart(8)}${'unfinished'.padStart(12)}  shares`,
    );
    for (const [name, contender] of Object.entries(contenders)) {
      if (quick && !contender.quick) continue;
      const { perSecond, used, refused, failed, unfinished, shares } = await run(scenario, contender);
      const sharing = shares.length > 1 ? shares.map((share) => percent(share)).join(', ') : '';
      console.log(
        `  ${name.padEnd(22)}${perSecond.toFixed(1).padStart(10)}${percent(used).padStart(12)}${percent(refused, 1).padStart(11)}${String(failed).padStart(8)}${String(unfinished).padStart(12)}  ${sharing}`,
      );
    }
  }
} finally {
  for (const child of children) child.kill('SIGKILL');
}
