import { setTimeout as sleep } from 'node:timers/promises';

import { openRuns } from '../../client/index.js';
import { askToEnd, hasEnded } from '../../server/index.js';
import type { HomeMembership, Presence } from '../../server/index.js';
import type { Say, Session } from '../home/session.js';
import type { World } from '../world.js';
import { surroundingsOf } from './surroundings.js';
import type { WorkerNeed } from './worker-need.js';

/** Longest wait for a worker to end, in milliseconds: it looks for requests several times a second, and has nothing to do. */
const endsWithinMs = 15_000;

/** Workers of the home that commands have started in the background. */
export async function backgroundWorkers(membership: HomeMembership): Promise<Presence[]> {
  const present = await membership.live('worker');
  return present.filter(({ surroundings }) => surroundings !== undefined);
}

/**
 * Ends background workers that an earlier command has left and that do not fit this one: they have another environment, such as
 * another key, are of another build, or allow fewer calls at once. While a run is open, or another command counts on them, they stay.
 */
export async function endUnfitWorkers(session: Session, need: WorkerNeed, world: World, say: Say): Promise<void> {
  const left = await backgroundWorkers(session.membership);
  if (left.length === 0) return;
  const ours = await surroundingsOf(world);
  const unfit = left.filter(
    ({ surroundings, concurrency = 0 }) => surroundings !== ours || concurrency < (need.concurrency ?? 0),
  );
  if (unfit.length === 0) return;
  const commands = await session.membership.live('command');
  // A command that has just found its worker has no open run yet.
  if (commands.some(({ pid, needsWorker }) => needsWorker && pid !== world.pid)) return;
  if ((await openRuns(session.client)).length > 0) return;
  say('the worker of an earlier command has other settings; another takes its place.');
  await endWorkers(session.membership, unfit);
}

/**
 * Asks background workers to end, and waits until they have. Their calls in flight come to their end.
 *
 * @returns those that are still there after 15 seconds
 */
export async function endWorkers(membership: HomeMembership, workers: readonly Presence[]): Promise<Presence[]> {
  await Promise.all(workers.map((worker) => askToEnd(membership.home, worker)));
  let left = [...workers];
  for (const deadline = Date.now() + endsWithinMs; left.length > 0 && Date.now() < deadline; await sleep(50)) {
    const ended = await Promise.all(left.map((worker) => hasEnded(membership.home, worker)));
    left = left.filter((_, at) => !ended[at]);
  }
  return left;
}
