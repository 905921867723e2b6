import { setImmediate as breathe } from 'node:timers/promises';

import type { Place, StoredBranch } from '../../src/contract/branch.js';
import type { Item } from '../../src/contract/lanes.js';
import { outcomeOfFailure, unreadableFailure } from '../../src/contract/outcome.js';
import { answersPerItem, askedAt } from '../../src/plan/item-request.js';
import type { BranchMetrics } from '../branch/branch-metrics.js';
import { runWithinBudget } from './lane-branch.js';
import type { LaneWork } from './lane-branch.js';
import { callOf } from './lane-call.js';
import type { LaneBranches } from './lane-branches.js';
import type { LaneReporter } from './lane-reporter.js';
import { runLocalCheck } from './local-check.js';
import type { Threads } from './local-check.js';

/** Branches begun in one round of the event loop: the first calls are out while the others are being prepared. */
const begunAtOnce = 50;

/**
 * Runs a branch for each document of a lane that it keeps, and reports it.
 *
 * @param threads where checks that ask no model wait, so that they hold up no call
 * @returns the places of the documents that were not begun
 */
export async function runDocuments(
  items: readonly Item[],
  work: LaneWork,
  branches: LaneBranches,
  report: LaneReporter,
  metrics: BranchMetrics,
  threads: Threads,
): Promise<number[]> {
  const { lane, signal } = work;
  const { ways } = lane.template;
  const each = answersPerItem(lane.template);
  const overBudget: number[] = [];
  let round = Promise.resolve();
  let begun = 0;
  const run = async (place: number): Promise<void> => {
    if (begun % begunAtOnce === 0) round = round.then(() => breathe());
    begun += 1;
    await round;
    const asked = askedAt(items, place, lane.template);
    if (asked === undefined) throw new Error(`The chunk has no document ${place}.`);
    const call = callOf(lane, asked, place);
    const { unreadable } = asked.item;
    if (unreadable !== undefined) return report.add(unread(call, unreadable));
    const local = ways?.[place % each]?.local;
    if (local !== undefined) {
      return report.add(await work.rest(() => threads(() => runLocalCheck(local, call, asked.item, work))));
    }
    const outcome = await runWithinBudget(call, work);
    if (outcome === undefined) return void overBudget.push(place);
    metrics.record(call, outcome);
    report.add(outcome);
  };
  const left = await branches.run(run);
  signal.throwIfAborted();
  return [...overBudget, ...left].toSorted((one, other) => one - other);
}

function unread({ key, index, queuedAtMs }: Place, reason: string): StoredBranch {
  return outcomeOfFailure({ key, index, queuedAtMs }, unreadableFailure(reason), Date.now());
}
