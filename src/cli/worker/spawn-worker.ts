import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { openRuns } from '../../client/index.js';
import { UnavailableError } from '../../contract/errors.js';
import type { EnsuredWorker, WorkerNeed } from './worker-need.js';
import type { Say, Session } from '../home/session.js';
import type { World } from '../world.js';

/** Model calls at once of a worker that a command starts; more where the command asks for more. */
const leastConcurrency = 50;

/** Longest wait for a worker to be ready, in milliseconds; half a second is usual. */
const readyWithinMs = 60_000;

/**
 * Starts a worker in the background, in a session of its own so that Ctrl-C does not reach it.
 *
 * @throws UnavailableError `WorkerNotStarted` with the end of its log
 */
export async function spawnWorker(
  session: Session,
  { concurrency = 0 }: WorkerNeed,
  world: World,
  say: Say,
): Promise<EnsuredWorker> {
  const logPath = join(session.home, 'worker.log');
  const log = await open(logPath, 'a', 0o600);
  const worker = spawn(
    world.nodePath,
    [world.entry, 'worker', '--until-idle', '--concurrency', String(Math.max(concurrency, leastConcurrency))],
    {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      cwd: world.cwd,
      env: { ...world.env, FANFOLD_HOME: session.home },
    },
  );
  await log.close();
  worker.unref();
  say(`started a worker in the background (process ${worker.pid}); it ends when nothing is left to do.`);
  await ready(session, worker, logPath);
  return { local: true, release: () => release(session, worker, world) };
}

async function ready(session: Session, worker: ChildProcess, logPath: string): Promise<void> {
  const deadline = Date.now() + readyWithinMs;
  while (Date.now() < deadline && worker.exitCode === null && worker.signalCode === null) {
    const present = await session.membership.live();
    if (present.some(({ pid, ready: isReady }) => pid === worker.pid && isReady)) return;
    await sleep(40);
  }
  worker.kill('SIGKILL');
  const tail = (await readFile(logPath, 'utf8')).trimEnd().split('\n').slice(-5).join('\n');
  throw new UnavailableError(
    'WorkerNotStarted',
    `The worker did not start. The end of its log:\n${tail}`,
    `See ${logPath}.`,
  );
}

async function release(session: Session, worker: ChildProcess, world: World): Promise<void> {
  const present = await session.membership.live();
  const othersNeedIt = present.some(({ role, pid }) => role === 'command' && pid !== world.pid);
  if (othersNeedIt || worker.exitCode !== null || (await openRuns(session.client)).length > 0) return;
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.ref();
  worker.kill('SIGTERM');
  // A worker that is slow to end does so later, and the command need not wait for it.
  await Promise.race([ended, sleep(5_000, undefined, { ref: false })]);
  worker.unref();
}
