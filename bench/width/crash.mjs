// What a kill -9 of the worker costs: a hundred branches of 0.2 to 4.2 s, killed when the API has answered 40 of them, and
// started again at once. Servers and databases stay up. Shown are the calls that were made again and the time to the result.
//   npm run build && node bench/width/crash.mjs [rounds]
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { entry, here, median, Stage, tuned } from './stage.mjs';

const rounds = Number(process.argv[2] ?? 3);
const count = 100;
const stage = await Stage.open();

try {
  const { url, tally } = await stage.startModel('200', 'spread');
  const env = stage.env(url);
  const peers = await stage.startPeers();
  let runs = 0;

  /** @param start starts or takes up the run of that name, and prints when it is done */
  async function crash(start) {
    runs += 1;
    const name = `crash-${runs}`;
    const before = await tally();
    const first = await start(name);
    const due = async () => (await tally()).answered - before.answered >= 40;
    while (!(await due())) await sleep(10);
    const exits = first.processes.map((child) => once(child, 'exit'));
    for (const child of first.processes) child.kill('SIGKILL');
    await Promise.all(exits);
    const startedAt = performance.now();
    const second = await start(name);
    const alarm = setTimeout(() => second.processes.at(-1).kill('SIGKILL'), 180_000);
    let printed = '';
    const { stdout } = second.processes.at(-1);
    stdout.on('data', (text) => (printed += text));
    // What it prints is its result; how long its process takes to end is its own.
    const isWhole = () => /\}\s*$/.test(printed);
    while (!isWhole() && !stdout.closed) await Promise.race([once(stdout, 'data'), once(stdout, 'close')]);
    clearTimeout(alarm);
    const ms = isWhole() ? performance.now() - startedAt : Infinity;
    for (const child of second.processes) if (child.exitCode === null) child.kill('SIGTERM');
    await Promise.all(second.processes.map((child) => child.exitCode ?? once(child, 'exit')));
    return { ms, again: (await tally()).calls - before.calls - count };
  }

  const durable = await stage.durable(count);
  const known = new Set();
  const program = (words, options) => ({ processes: [stage.spawn(words, options)] });
  const temporal = (flags) => async (name) => {
    const { address } = await stage.server(env);
    return program([here('plain-temporal.mjs'), url, String(count), address, name, ...flags]);
  };
  const own = (ownEnv, flags) => async (name) => {
    const again = known.has(name);
    known.add(name);
    const worker = again ? stage.spawnWorker(ownEnv, flags) : await stage.startWorker(ownEnv, flags);
    const words = again ? [entry, 'watch', name, '--json', '--quiet'] : [...durable, '--id', name];
    return { processes: [worker, stage.spawn(words, ownEnv)] };
  };
  const contenders = {
    // With nothing set, and, like its peers, with all calls out at once.
    'fanfold, defaults': own({ ...env, FANFOLD_HOME: `${env.FANFOLD_HOME}-defaults` }, []),
    fanfold: own(env),
    'fanfold, no gateway': own({ ...env, FANFOLD_HOME: `${env.FANFOLD_HOME}-alone` }, [...tuned, '--no-gateway']),
    // The worker is killed, and the gateway stays, as servers and databases do.
    'fanfold, gateway as a service': own(await stage.startGateway(env)),
    ...Object.fromEntries(
      Object.entries(peers).map(([peer, { file, words }]) => [
        peer,
        (name) => program([file, url, String(count), name, ...words]),
      ]),
    ),
    'plain Temporal, heartbeats': temporal(['heartbeats']),
    'plain Temporal': temporal(['']),
  };
  console.log('| | calls made again | from restart to result |\n|---|---|---|');
  for (const [name, start] of Object.entries(contenders)) {
    if (process.argv[3] !== undefined && !name.startsWith(process.argv[3])) continue;
    // Plain Temporal runs on fanfold's server, which somebody has to keep up.
    if (name === 'plain Temporal, heartbeats') await stage.startWorker(env);
    const results = [];
    const times = name === 'plain Temporal' ? 1 : rounds;
    for (let round = 0; round < times; round += 1) results.push(await crash(start));
    const seconds = median(results.map(({ ms }) => ms)) / 1_000;
    const shown = seconds === Infinity ? 'does not end' : `${seconds.toFixed(1)} s`;
    console.log(`| ${name} | ${median(results.map(({ again }) => again))} | ${shown} |`);
  }
} finally {
  await stage.close();
}
