// Random runs of every kind while everything misbehaves: see scripts/nemesis, and docs/reliability.md for what is promised.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createJiti } from 'jiti';

import { libfaketime, readFlags } from './flags.mjs';
import { Random } from './random.mjs';
import { playRound } from './round.mjs';
import { canMount } from './small-disk.mjs';
import { Stage } from './stage.mjs';

const values = readFlags(process.argv.slice(2));
const say = (text) => process.stderr.write(`${text}\n`);
const seedsFile = new URL('seeds.json', import.meta.url);
const random = new Random(Number(values.seed ?? Date.now() % 2 ** 32));
const untilMs = Date.now() + Number(values.minutes ?? 0) * 60_000;
const kept = JSON.parse(await readFile(seedsFile, 'utf8'));
const isOne = values.seed !== undefined && values.minutes === undefined;
/** Rounds that once failed come first where there is time; the tests of what was mended are faster. */
const seeds = [...(isOne ? [Number(values.seed)] : []), ...(values.minutes === undefined ? [] : kept)];
/** @type {typeof import('../../support/postgres.ts')} */
const { PostgresServer } = await createJiti(import.meta.url).import('../../support/postgres.ts');
const database = values.cluster ? await PostgresServer.start() : undefined;
const world = {
  gateway: values.gateway === undefined ? undefined : values.gateway === 'yes',
  libfaketime,
  canMount,
  database,
  isShort: values.short,
  fault: values.fault,
  kind: values.kind,
  folder: await mkdtemp(join(tmpdir(), 'fanfold-nemesis-runs-')),
  keeps: values.keep,
};
const counts = { rounds: 0, calls: 0, runs: {}, faults: {}, invariants: {}, failures: [], unknownUsd: 0 };
const undisturbed = await Stage.open({
  usesGateway: false,
  isRemote: false,
  workers: 1,
  latencyMs: () => 0,
  backMs: () => 100,
});
try {
  for (let at = 0; goesOn(at); at += 1) {
    const seed = seeds[at] ?? Math.floor(random.next() * 2 ** 32);
    try {
      add(await playRound({ seed, undisturbed, world, say }), seed);
    } catch (error) {
      counts.failures.push({ seed, wrong: [error.stack] });
      say(`seed ${seed}: the round itself failed: ${error.stack}`);
    }
    if (values.counts !== undefined) await writeFile(values.counts, `${JSON.stringify(counts, null, 1)}\n`);
  }
} finally {
  await undisturbed.end();
  await undisturbed.close(false);
  await rm(world.folder, { recursive: true, force: true });
  await database?.stop();
}
process.stdout.write(`${JSON.stringify(counts)}\n`);
process.exitCode = counts.failures.length === 0 ? 0 : 1;

function goesOn(at) {
  if (values.minutes !== undefined) return Date.now() < untilMs;
  return at < Number(values.rounds ?? (values.seed === undefined ? 10 : 1));
}

function add({ wrong, checked, calls, runs, struck, unknownUsd, directory }, seed) {
  counts.rounds += 1;
  counts.calls += calls;
  counts.unknownUsd += unknownUsd;
  for (const kind of runs) counts.runs[kind] = (counts.runs[kind] ?? 0) + 1;
  for (const { name, open } of struck) {
    const count = (counts.faults[name] ??= { struck: 0, withCallsOpen: 0 });
    count.struck += 1;
    if (open > 0) count.withCallsOpen += 1;
  }
  for (const [name, each] of Object.entries(checked)) counts.invariants[name] = (counts.invariants[name] ?? 0) + each;
  if (wrong.length === 0) return say(`  holds: ${calls} calls`);
  counts.failures.push({ seed, wrong });
  say(`  FAILS, seed ${seed}${values.keep ? `, ${directory}` : ''}:\n${wrong.map((each) => `    ${each}`).join('\n')}`);
}
