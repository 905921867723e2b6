// How much of what an API allows is used, and how often it has to say no: the limiter against what people use instead.
//   npm run build && node bench/limits/run.mjs [--quick | --gateway]
// Takes eight minutes, with --quick less than one; with --gateway, five: a fleet of workers that ask through one. Every process is real; the API is the offline model with limits.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { contenders as all, fleets, optimalRate, scenarios } from './scenarios.mjs';
import { shareUsed } from './share-used.mjs';

const quick = process.argv.includes('--quick');
const isGateway = process.argv.includes('--gateway');
const contenders = isGateway ? fleets : all;
/** Of each run, and how much of its beginning is not looked at, in milliseconds. */
const durationMs = isGateway ? 45_000 : quick ? 6_500 : 22_000;
const rampMs = quick ? 4_500 : 8_000;
/** From the start of the processes to their first call, in milliseconds at most. */
const startedMs = 1_500;
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
  const [{ url: apiUrl }] = await once(api, 'message');
  const gateway = contender.kind === 'gateway' ? start('gateway.mjs') : undefined;
  gateway?.send({ url: apiUrl });
  const url = gateway === undefined ? apiUrl : (await once(gateway, 'message'))[0].address;
  const optimalAnswers = Math.round((optimalRate(scenario) * durationMs) / 1_000);
  const clients = Array.from({ length: contender.processes }, () => start('client.mjs'));
  const beganAt = Date.now();
  const work = async (client) => {
    const restMs = beganAt + durationMs - Date.now();
    client.send({ contender, url, durationMs: restMs, promptWords: scenario.promptWords, optimalAnswers });
    const told = once(client, 'message');
    // Who is still trying long after the end has not done what it has not done.
    const late = setTimeout(() => client.connected && client.send('over'), restMs + drainMs);
    const killed = once(client, 'exit').then(() => [undefined]);
    const [result] = await Promise.race([told, killed]);
    clearTimeout(late);
    return result;
  };
  const working = clients.map(work);
  if (contender.changes) {
    // One is killed after two fifths, and one joins after three.
    setTimeout(() => clients[0].kill('SIGKILL'), durationMs * 0.4);
    await sleep(durationMs * 0.6);
    working.push(work(start('client.mjs')));
  }
  const told = (await Promise.all(working)).filter((each) => each !== undefined);
  api.send('over');
  const [{ answers, refused }] = await once(api, 'message');
  if (api.exitCode === null) await once(api, 'exit');
  gateway?.send('over');
  if (gateway?.exitCode === null) await once(gateway, 'exit');
  const total = (what) => told.reduce((sum, each) => sum + each[what], 0);
  const period = { from: beganAt + rampMs, to: beganAt + durationMs };
  const counted = answers.filter(({ at }) => at > period.from && at <= period.to);
  return {
    perSecond: (counted.length * 1_000) / (durationMs - rampMs),
    used: shareUsed(scenario, [...answers], period),
    usedFromStart: shareUsed(scenario, [...answers], { from: beganAt + startedMs, to: period.to }),
    calls: refused + answers.length,
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
      `  ${'contender'.padEnd(26)}${'answers/s'.padStart(10)}${'of optimum'.padStart(12)}${isGateway ? 'from start'.padStart(12) : ''}${'calls 429'.padStart(11)}${'failed'.padStart(8)}${'unfinished'.padStart(12)}  shares`,
    );
    for (const [name, contender] of Object.entries(contenders)) {
      if (quick && !contender.quick) continue;
      const { perSecond, used, usedFromStart, calls, refused, failed, unfinished, shares } = await run(
        scenario,
        contender,
      );
      const sharing = shares.length > 1 ? shares.map((share) => percent(share)).join(', ') : '';
      console.log(
        `  ${name.padEnd(26)}${perSecond.toFixed(1).padStart(10)}${percent(used, isGateway ? 1 : 0).padStart(12)}${isGateway ? percent(usedFromStart, 1).padStart(12) : ''}${percent(refused, isGateway ? 2 : 1).padStart(11)}${String(failed).padStart(8)}${String(unfinished).padStart(12)}  ${sharing}${isGateway ? `, ${calls} calls` : ''}`,
      );
    }
  }
} finally {
  for (const child of children) child.kill('SIGKILL');
}
