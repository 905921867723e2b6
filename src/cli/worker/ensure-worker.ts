import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

import { taskQueues } from '../../contract/names.js';
import type { TaskQueue } from '../../contract/names.js';
import { UnavailableError } from '../../contract/errors.js';
import type { PlannedRun } from '../../plan/planned-run.js';
import { keyIds } from '../../payloads/index.js';
import { shownAddress } from '../../secrets/index.js';
import { isWorkerGone, withWorkerLock } from '../../server/index.js';
import type { Presence } from '../../server/index.js';
import { noApiKey, shownBaseUrl } from '../home/api-key.js';
import { canAsk, shownCassette } from '../home/cassette-of.js';
import { encryptionKeyOf } from '../home/encryption-key.js';
import { endUnfitWorkers } from './end-idle-workers.js';
import { readyWithinMs, spawnWorker } from './spawn-worker.js';
import { modelKeysOf } from './surroundings.js';
import type { Say, Session } from '../home/session.js';
import type { World } from '../world.js';
import type { EnsuredWorker, WorkerNeed } from './worker-need.js';

/** The needs of an open run. A run without a question for a model needs no key. */
export function needOf({ offline, asksModel = true, policy }: PlannedRun): WorkerNeed {
  return { offline: offline || !asksModel, asksModel, concurrency: policy?.concurrency ?? 1 };
}

/** A poller that has not called for longer than a long poll lasts (60 s) is gone. */
const pollerAliveMs = 75_000;

/**
 * @throws UnavailableError `NoApiKey` when a worker would have to be started that could not do its work
 */
export function checkApiKey({ offline }: WorkerNeed, world: World): void {
  // A configured cluster may have workers with a key of their own.
  const configured = world.env['TEMPORAL_ADDRESS'] || world.env['TEMPORAL_PROFILE'];
  if (!offline && !configured && !canAsk(world)) throw noApiKey(world);
}

/**
 * Makes sure that a worker serves the runs that need it: one of this home, one of the cluster, or one that is started now in the
 * background. A started worker outlives this command and ends by itself when nothing is left to do.
 *
 * @param launched one that has been started for this command already
 * @throws UnavailableError when none can be had
 */
export async function ensureWorker(
  session: Session,
  need: WorkerNeed,
  world: World,
  say: Say,
  launched?: ChildProcess,
): Promise<EnsuredWorker> {
  if (launched !== undefined) return anotherWorker(session, need, world, say, launched);
  return withWorkerLock(session.home, async () => {
    await nobodyStarts(session);
    await endUnfitWorkers(session, need, world, say);
    const ensured = (await localWorker(session, need, world))
      ? { local: true, release: async () => {} }
      : await anotherWorker(session, need, world, say);
    if (!need.offline) await session.membership.update({ needsWorker: true });
    return ensured;
  });
}

/** Waits until workers of this home that are starting take work or have ended, for a minute at most. */
async function nobodyStarts(session: Session): Promise<void> {
  const here = shownAddress(session.server.address);
  for (const deadline = Date.now() + readyWithinMs; Date.now() < deadline; await sleep(40)) {
    const present = await session.membership.live();
    const starting = present.some(
      ({ role, ready, address }) =>
        role !== 'command' && ready === undefined && (address === '' || shownAddress(address) === here),
    );
    if (!starting) return;
  }
}

async function anotherWorker(
  session: Session,
  need: WorkerNeed,
  world: World,
  say: Say,
  launched?: ChildProcess,
): Promise<EnsuredWorker> {
  if (session.server.kind !== 'embedded' && (await isPolled(session, need))) {
    if (shownCassette(world) !== undefined) throw otherCassette('Workers of the cluster', undefined, world);
    launched?.kill('SIGTERM');
    return { local: false, release: async () => {} };
  }
  if (!need.offline && !canAsk(world)) throw noApiKey(world);
  return spawnWorker(session, need, world, say, launched);
}

/** Whether a live worker of this home can serve the need. */
export async function localWorker(session: Session, { offline }: WorkerNeed, world: World): Promise<boolean> {
  const able = (await readyWorkers(session)).filter(({ offlineOnly }) => offline || !offlineOnly);
  const other = able.find(({ modelBaseUrl = '' }) => shownAddress(modelBaseUrl) !== shownBaseUrl(world));
  if (!offline && other !== undefined) {
    throw new UnavailableError(
      'OtherModelApi',
      `A worker of this home (process ${other.pid}) asks ${shownAddress(other.modelBaseUrl ?? '')}, and this command expects ${shownBaseUrl(world)}.`,
      'Stop that worker, or set FANFOLD_HOME to another directory.',
    );
  }
  const keys = offline || able.length === 0 ? [] : await modelKeysOf(world);
  for (const worker of able) checkModelKeys(worker, keys);
  const ours = shownCassette(world);
  const unlike = able.find(({ cassette }) => cassette !== ours);
  if (unlike !== undefined)
    throw otherCassette(`A worker of this home (process ${unlike.pid})`, unlike.cassette ?? 'no cassette', world);
  for (const worker of able) checkKeys(worker.encryptionKeys ?? [], worker.pid, keyIds(encryptionKeyOf(world)));
  return able.length > 0;
}

/** Workers of this home that take work, for whatever run. */
export async function readyWorkers({ membership, server }: Session): Promise<Presence[]> {
  const present = await membership.live();
  const here = shownAddress(server.address);
  return present.filter(({ role, ready, address }) => role !== 'command' && ready && address === here);
}

/** Whether anybody takes work of runs: of this home, or of the cluster. */
export async function isServed(session: Session): Promise<boolean> {
  if ((await readyWorkers(session)).length > 0) return true;
  return session.server.kind !== 'embedded' && hasPollers(session, taskQueues.workflow, 1);
}

/** Checks that a worker asks with this command's keys. A command without a key leaves it to the worker. */
function checkModelKeys({ pid, modelKeys = [] }: Presence, ours: readonly string[]): void {
  const variable = (key: string) => key.split(' ')[0];
  const other = ours.find((key) => modelKeys.some((theirs) => variable(theirs) === variable(key) && theirs !== key));
  if (other === undefined) return;
  throw new UnavailableError(
    'OtherModelApi',
    `A worker of this home (process ${pid}) asks with another ${variable(other)} than the one that this command has.`,
    'Stop that worker, or set FANFOLD_HOME to another directory.',
  );
}

/** Calls that are not recorded, or played where nobody expects it, are worse than none. */
function otherCassette(who: string, theirs: string | undefined, world: World): UnavailableError {
  const has = theirs === undefined ? 'may have no cassette' : `has ${theirs}`;
  return new UnavailableError(
    'OtherCassette',
    `${who} ${has}, and this command has ${shownCassette(world) ?? 'no cassette'}.`,
    'Stop them, give both the same FANFOLD_CASSETTE, or set FANFOLD_HOME to another directory.',
  );
}

/** Checks that worker and command can read each other's payloads. */
function checkKeys(theirs: readonly string[], pid: number, ours: readonly string[]): void {
  const [theirFirst] = theirs;
  const [ourFirst] = ours;
  const readsOurs = ourFirst === undefined || theirs.includes(ourFirst);
  const isReadable = theirFirst === undefined || ours.includes(theirFirst);
  if (readsOurs && isReadable) return;
  const has = (keys: readonly string[]) => (keys.length === 0 ? 'none' : keys.join(', '));
  throw new UnavailableError(
    'OtherEncryptionKey',
    `A worker of this home (process ${pid}) has the encryption keys ${has(theirs)}, and this command has ${has(ours)}.`,
    'Give both the same FANFOLD_ENCRYPTION_KEY, or stop that worker.',
  );
}

async function isPolled(session: Session, { offline }: WorkerNeed): Promise<boolean> {
  const model = offline ? taskQueues.offlineModel : taskQueues.model;
  const polled = await Promise.all([hasPollers(session, taskQueues.workflow, 1), hasPollers(session, model, 2)]);
  return polled.every(Boolean);
}

async function hasPollers(session: Session, name: TaskQueue, taskQueueType: 1 | 2): Promise<boolean> {
  const { pollers } = await session.client.workflowService.describeTaskQueue({
    namespace: session.server.namespace,
    taskQueue: { name },
    taskQueueType,
  });
  const recent = (pollers ?? []).filter(
    ({ lastAccessTime }) => Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1_000 < pollerAliveMs,
  );
  // One that was killed is listed for another minute.
  const gone = await Promise.all(recent.map(({ identity }) => isWorkerGone(identity ?? '')));
  return gone.includes(false);
}
