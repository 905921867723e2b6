import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { faults, isPossible } from './faults.mjs';
import { invariants } from './invariants.mjs';
import { leavingsOf } from './leavings.mjs';
import { startOwn } from './own/start.mjs';
import { Random } from './random.mjs';
import { Stage } from './stage.mjs';
import { drawRun, kinds } from './workload.mjs';

/** How long runs may take from the last fault on, in milliseconds: the longest pause after failed tries is in it. */
const unaidedMs = 180_000;

/**
 * One round: runs, faults, and what holds after them.
 *
 * @param {object} settings
 * @param {number} settings.seed of this round; all that is drawn follows from it
 * @param {Stage} settings.undisturbed where the same runs are made without a fault
 * @param {any} settings.world what the machine has, and what was asked for
 * @param {(text: string) => void} settings.say
 */
export async function playRound({ seed, undisturbed, world, say }) {
  const random = new Random(seed);
  const stage = await openStage(random.fork(), world);
  let isWrong = true;
  /** @type {any} */
  const round = { stage, runs: [], disturbances: [], unended: [], badExits: [], unknown: [], leavings: [] };
  try {
    round.runs = await drawRuns(random.fork(), seed, world);
    const { usesGateway, isRemote, workers, clock } = stage.settings;
    const what = round.runs.map(toldOf);
    const where = [
      `${workers} workers`,
      usesGateway && 'gateway',
      isRemote && 'remote',
      clock && 'clock',
      stage.disk && 'disk',
    ];
    say(`seed ${seed}: ${what.join(', ')}; ${where.filter(Boolean).join(', ')}`);
    if (round.runs.some(({ own }) => own)) await stage.startProgram(world.folder);
    const starting = round.runs.map((run) => startRun(run, round));
    const allowing = round.runs.filter((run) => run.waitsForApproval).map((run) => allow(run, stage));
    await disturb(random.fork(), round, world, say);
    await Promise.all(starting);
    await awaitEnds(round);
    await Promise.all(allowing);
    for (const run of round.runs) {
      run.shown = await shownRun(stage, run.id);
      if (run.shown === undefined) round.unended.push(`${run.id} cannot be shown`);
    }
    round.runs = round.runs.filter(({ shown }) => shown !== undefined);
    for (const run of round.runs) await addMissedHeartbeats(round, run);
    if (stage.gateway) round.ledger = await (await stage.journal()).spend('');
    for (const run of round.runs) run.reference = await referenceOf(undisturbed, run, world);
    round.changed = await changedBy(round);
    for (const name of await stage.end()) round.leavings.push(`${name} did not end when it was told to`);
    round.leavings.push(...(await leavingsOf(stage)));
    const wrong = [];
    const checked = {};
    for (const [name, check] of Object.entries(invariants)) {
      const found = check(round);
      checked[name] = found.checked;
      wrong.push(...found.wrong.map((what) => `${name}: ${what}`));
    }
    isWrong = wrong.length > 0;
    if (isWrong && world.keeps) await writeDown(round);
    return { wrong, checked, ...told(round), directory: stage.directory };
  } finally {
    for (const run of round.runs) run.endedAtMs ??= Date.now();
    await stage.end().catch(() => {});
    await stage.close(world.keeps && isWrong);
  }
}

/** What is asked, in a few words. */
function toldOf({ kind, branches, own, words }) {
  const options = words.filter((word) => /^--(join|deadline|hedge|economy|priority|budget)$/.test(word));
  return [kind, branches ?? own?.texts.length, ...options].filter((word) => word !== undefined).join(' ');
}

/** How often tools that change something have been called, by run. */
async function changedBy({ stage, runs }) {
  const home = createHash('sha256').update(stage.home).digest('hex').slice(0, 8);
  const some = runs.filter(({ changes }) => changes !== undefined);
  const counts = await Promise.all(
    some.map(async ({ id, changes }) => {
      const written = await readFile(`${changes}-${home}`, 'utf8').catch(() => '');
      return [id, written.split('\n').length - 1];
    }),
  );
  return new Map(counts);
}

/** Allows calls of an agent as somebody would who looks at it now and then. */
async function allow(run, stage) {
  while (run.endedAtMs === undefined) {
    await sleep(1_000);
    if (run.isStarted) await stage.command(['approve', run.id]);
  }
}

/** What a person needs who looks for the cause. */
async function writeDown({ stage, runs, disturbances, ledger }) {
  const calls = stage.books.calls.map(({ record, key, run }) => ({ ...record, key, run }));
  const file = join(stage.directory, 'round.json');
  await writeFile(file, JSON.stringify({ runs, disturbances, ledger, keptAt: [...stage.keptAt], calls }, null, 1));
}

/** Not a fault of the nemesis: the machine's own. */
const missed = 'heartbeats missed';

function told({ stage, disturbances, unknown, runs }) {
  return {
    calls: stage.books.calls.length,
    runs: runs.map(({ kind }) => kind),
    unknownUsd: unknown.reduce((sum, { usd }) => sum + usd, 0),
    struck: disturbances.map(({ name, open }) => ({ name, open })),
  };
}

async function openStage(random, world) {
  const { libfaketime, canMount, database, isShort } = world;
  // What the one fault needs is there; a seed draws the same with it and without.
  const needs = world.fault && faults[world.fault].needs;
  const drawn = (what, share) => random.chance(share) || needs === what;
  const isOfHome = needs === 'home gateway';
  return Stage.open({
    usesGateway: world.gateway ?? (drawn('gateway', 0.5) && !isOfHome),
    isRemote: database !== undefined || (!isShort && drawn('line', 0.4) && !isOfHome) || needs === 'line',
    workers: isShort ? 1 : random.integer(1, 2),
    clock: (!isShort && drawn('clock', 0.25)) || needs === 'clock' ? libfaketime : undefined,
    hasSmallDisk: canMount && (isShort || drawn('disk', 0.4) || needs === 'slow disk'),
    database,
    journalUrl: await database?.freshUrl(),
    latencyMs: isShort ? (share) => 50 + 500 * share : (share) => 100 + 1_600 * share,
    backMs: () => random.integer(100, 1_500),
  });
}

async function drawRuns(random, seed, { isShort, kind, folder }) {
  const count = isShort ? 2 : random.integer(2, 4);
  const drawn = random.some(Object.keys(kinds), count);
  return Promise.all(
    (kind ? [kind] : drawn).map((each, at) =>
      drawRun({
        random: random.fork(),
        mark: `nemesis-${seed}-${at}-x`,
        kind: each,
        folder,
        widest: isShort ? 70 : 160,
      }),
    ),
  );
}

/** The exit code of a command whose words cannot be meant. */
const badInput = 2;

/** Starts a run, and goes on trying as a person would: one id is one run. */
async function startRun(run, { stage, badExits }) {
  await sleep(run.delayMs ?? 0);
  while (run.own !== undefined && !(await startOwn(stage, run))) await sleep(300);
  while (run.own === undefined) {
    const { code, stderr } = await stage.command([...run.words, '--id', run.id, '--detach']);
    if (code === 0) break;
    if (code === badInput) throw new Error(`The nemesis asks what no command takes: ${run.words.join(' ')}\n${stderr}`);
    // Killed, or the server cannot be used: what else is wrong must not happen.
    if (code !== 6 && code !== 'SIGKILL') badExits.push(`${run.words[0]} ended with ${code}: ${stderr.slice(-400)}`);
    await sleep(300);
  }
  run.isStarted = true;
}

async function disturb(random, round, world, say) {
  const { stage, runs, disturbances } = round;
  const possible = Object.keys(faults).filter((name) => isPossible(name, stage) && (world.fault ?? name) === name);
  if (possible.length === 0) throw new Error(`The stage has not what \`${world.fault}\` needs.`);
  const count = world.isShort ? 3 : random.integer(2, 7);
  const under = [];
  // Most faults are to strike what is under way.
  const whenMs = Date.now() + (random.chance(0.15) ? 0 : 30_000);
  while (stage.books.open === 0 && Date.now() < whenMs) await sleep(20);
  for (let at = 0; at < count; at += 1) {
    await sleep(random.integer(200, world.isShort ? 500 : 2_500));
    for (const sinceMs = Date.now(); stage.books.open === 0 && Date.now() - sinceMs < 3_000;) await sleep(20);
    const name = random.pick(possible);
    const disturbance = {
      name,
      loses: true,
      fromMs: Date.now(),
      toMs: Infinity,
      open: stage.books.open,
    };
    disturbances.push(disturbance);
    const strike = faults[name].strike({ stage, random: random.fork(), runs }).then((happened) => {
      const lastedMs = Date.now() - disturbance.fromMs;
      disturbance.loses = faults[name].loses(stage, lastedMs);
      disturbance.givesUp = faults[name].givesUp?.(stage, lastedMs) === true;
      // Who was given up for dead learns of it when it next says that it lives.
      disturbance.toMs = Date.now() + (disturbance.givesUp ? 10_000 : 0);
      if (happened === false) disturbances.splice(disturbances.indexOf(disturbance), 1);
      else say(`  ${name}, ${disturbance.open} calls open, ${lastedMs} ms`);
    });
    under.push(strike);
    if (random.chance(0.7)) await strike;
  }
  await Promise.all(under);
  const actors = [...stage.workers, stage.gateway, stage.server].filter((actor) => actor !== undefined);
  await Promise.all(actors.map((actor) => actor.ready()));
}

async function awaitEnds({ stage, runs, unended }) {
  const sinceMs = Date.now();
  for (const run of runs) {
    for (;;) {
      const { status, closeTime } = await stateOf(stage, run.id);
      run.closedAtMs = closeTime?.getTime();
      if (status !== undefined && status !== 'RUNNING') break;
      if (Date.now() - sinceMs > unaidedMs) {
        unended.push(`${run.id} (${run.kind}) is ${status} after ${unaidedMs / 1_000} s without a fault`);
        break;
      }
      await sleep(200);
    }
    run.endedAtMs = Date.now();
  }
}

async function stateOf(stage, id) {
  try {
    const client = await stage.client();
    const { status, closeTime } = await client.workflow.getHandle(id).describe();
    return { status: status.name, closeTime };
  } catch {
    return {};
  }
}

/** How long after a fault that ends or stops a process heartbeats are missed because of it, in milliseconds. */
const causedWithinMs = 15_000;

/**
 * Adds what no fault has caused: on a machine that is too busy heartbeats are missed, and a worker that lives is given up for dead. The
 * server's record says so.
 */
async function addMissedHeartbeats({ stage, disturbances }, { id }) {
  const client = await stage.client();
  const { events } = await client.workflow.getHandle(id).fetchHistory();
  for (const { activityTaskTimedOutEventAttributes: timedOut, eventTime } of events ?? []) {
    // 4 is a heartbeat's.
    if (timedOut?.failure?.timeoutFailureInfo?.timeoutType !== 4) continue;
    const atMs = Number(eventTime.seconds) * 1_000;
    const caused = disturbances.some(
      ({ name, fromMs, toMs }) =>
        /killed|stopped|silent|refuses/.test(name) && fromMs <= atMs && toMs + causedWithinMs >= atMs,
    );
    if (caused) continue;
    disturbances.push({
      name: missed,
      loses: true,
      givesUp: true,
      fromMs: atMs - 10_000,
      toMs: atMs + 10_000,
      open: 0,
    });
  }
}

async function shownRun(stage, id) {
  const { stdout } = await stage.command(['show', id, '--json']);
  try {
    return JSON.parse(stdout);
  } catch {
    return undefined;
  }
}

async function referenceOf(undisturbed, run, world) {
  if (run.own !== undefined) {
    if (undisturbed.workers.length < 2) await undisturbed.startProgram(world.folder);
    await startOwn(undisturbed, run);
    const client = await undisturbed.client();
    await client.workflow.getHandle(run.id).result();
    return shownRun(undisturbed, run.id);
  }
  const { stdout } = await undisturbed.command([...run.undisturbedWords, '--id', run.id, '--json']);
  return JSON.parse(stdout);
}
