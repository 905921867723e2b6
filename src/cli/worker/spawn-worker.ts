import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { openRuns } from '../../client/index.js';
import { formatDuration } from '../../contract/duration.js';
import { UnavailableError } from '../../contract/errors.js';
import { homePaths, startMember, withWorkerLock } from '../../server/index.js';
import type { HomeMembership } from '../../server/index.js';
import { canAsk } from '../home/cassette-of.js';
import { HomeGateway } from '../../home-gateway/index.js';
import { idleTime } from './idle-time.js';
import { endOfLog, withLog } from './own-log.js';
import type { EnsuredWorker, WorkerNeed } from './worker-need.js';
import type { Say, Session } from '../home/session.js';
import type { World } from '../world.js';

/** Model calls at once of a worker that a command starts; more where the command asks for more. */
const leastConcurrency = 50;

/** Longest wait for a worker to be ready, in milliseconds; half a second is usual. */
export const readyWithinMs = 60_000;

/** The program that begins with compiled code. */
function launcherOf({ entry }: World): string {
  return fileURLToPath(new URL('../../cli/fanfold.js', pathToFileURL(entry)));
}

/**
 * Starts a worker in the background, in a session of its own so that Ctrl-C does not reach it.
 *
 * @param home the worker's home
 */
async function launchWorker(home: string, { concurrency = 0 }: WorkerNeed, world: World): Promise<ChildProcess> {
  const atOnce = String(Math.max(concurrency, leastConcurrency));
  const worker = await withLog(home, ({ fd }) =>
    startMember(home, () =>
      spawn(world.nodePath, [launcherOf(world), 'worker', '--until-idle', '--concurrency', atOnce], {
        detached: true,
        stdio: ['ignore', fd, fd],
        cwd: world.cwd,
        env: { ...world.env, FANFOLD_HOME: home },
      }),
    ),
  );
  worker.unref();
  await HomeGateway.beside(home, world);
  return worker;
}

/**
 * Starts a worker while the server starts, where the home will need one: loading it takes as long as the server does.
 *
 * @returns `undefined` where the home has a worker, or a cluster may have one
 */
export async function launchEarly(
  membership: HomeMembership,
  need: WorkerNeed,
  world: World,
): Promise<ChildProcess | undefined> {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_PROFILE: profile } = world.env;
  if (address || profile || (!need.offline && !canAsk(world))) return undefined;
  return withWorkerLock(membership.home, async () => {
    const present = await membership.live();
    if (present.some(({ role }) => role !== 'command')) return undefined;
    if (!need.offline) await membership.update({ needsWorker: true });
    return launchWorker(membership.home, need, world);
  });
}

/**
 * A worker of this home that was started for this command, once it takes work.
 *
 * @param launched one that has been started already
 * @throws UnavailableError `WorkerNotStarted` with the end of its log
 */
export async function spawnWorker(
  session: Session,
  need: WorkerNeed,
  world: World,
  say: Say,
  launched?: ChildProcess,
): Promise<EnsuredWorker> {
  const idleMs = idleTime(world);
  const worker = launched ?? (await launchWorker(session.home, need, world));
  const until =
    idleMs === 0
      ? 'it ends when nothing is left to do'
      : `it stays for ${formatDuration(idleMs)} after the last command, and \`fanfold stop\` ends it`;
  say(`started a worker in the background (process ${worker.pid}); ${until}.`);
  await ready(session, worker);
  return { local: true, release: async () => (idleMs === 0 ? release(session, worker, world) : undefined) };
}

async function ready(session: Session, worker: ChildProcess): Promise<void> {
  const deadline = Date.now() + readyWithinMs;
  while (Date.now() < deadline && worker.exitCode === null && worker.signalCode === null) {
    const present = await session.membership.live();
    if (present.some(({ pid, ready: isReady }) => pid === worker.pid && isReady)) return;
    await sleep(40);
  }
  const why = howItEnded(worker);
  worker.kill('SIGKILL');
  const told = await endOfLog(session.home, worker);
  throw new UnavailableError(
    'WorkerNotStarted',
    `The worker did not start: it ${why}. ${told === '' ? 'It has written nothing.' : `The end of its log:\n${told}`}`,
    `See ${homePaths(session.home).workerLog}.`,
  );
}

function howItEnded({ exitCode, signalCode }: ChildProcess): string {
  if (signalCode !== null) return `was ended by ${signalCode}`;
  if (exitCode !== null) return `ended with exit code ${exitCode}`;
  return `was not ready within ${formatDuration(readyWithinMs)}`;
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
