import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { DatabaseSync } from '@photostructure/sqlite';

import { Actor } from '../nemesis/actor.mjs';
import { Stage } from '../nemesis/stage.mjs';

export const hasGateway = !process.argv.includes('--no-gateway');

export const files = await mkdtemp(join(tmpdir(), 'fanfold-bills-'));
const settings = {
  usesGateway: false,
  isRemote: false,
  workers: 0,
  // Long enough for a command to come between.
  latencyMs: (share) => 500 + 3_500 * share,
  backMs: () => 200,
};
export const stage = await Stage.open(settings);
export const gatewayFlag = hasGateway ? [] : ['--no-gateway'];

/** Starts the one worker, which is killed now and then. */
export async function serve() {
  const words = ['worker', '--concurrency', '40', '--ramp-from', '40', ...gatewayFlag];
  const worker = new Actor({
    name: 'worker',
    command: [process.execPath, fileURLToPath(new URL('../../../dist/cli/fanfold.js', import.meta.url)), ...words],
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

export async function killWorker() {
  const worker = stage.workers[0];
  const { pid } = worker;
  worker.signal('SIGKILL');
  while (worker.pid === pid || !worker.isReady) await sleep(50);
}

export async function killGateway() {
  for (const pid of await stage.homeGatewayPids()) process.kill(pid, 'SIGKILL');
}

export function inFlight(mark) {
  return stage.books.callsOf(mark).filter(({ record }) => record.finishedAt === null).length;
}

/** Holds the journal's database, so that nobody can write into it. @returns what lets it go */
export async function holdJournal() {
  const database = new DatabaseSync(join(stage.home, 'journal', 'journal-1.db'));
  for (;;) {
    try {
      database.exec('BEGIN IMMEDIATE');
      break;
    } catch {
      await sleep(5);
    }
  }
  return () => {
    database.exec('ROLLBACK');
    database.close();
  };
}

export async function untilInFlight(mark, count) {
  while (inFlight(mark) < count) await sleep(20);
}

export async function pendingOf(mark) {
  const client = await stage.client();
  const run = await client.workflow
    .getHandle(mark)
    .describe()
    .catch(() => undefined);
  return (run?.raw.pendingActivities ?? []).filter(({ state }) => state === 2).length;
}
