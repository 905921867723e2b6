import { setImmediate as breathe } from 'node:timers/promises';

import type { StoredBranch } from '../../src/contract/branch.js';
import type { Item, Lane } from '../../src/contract/lanes.js';
import { outcomeOfFailure, unreadableFailure } from '../../src/contract/outcome.js';
import { answersPerItem, askedAt, whyUnasked } from '../../src/plan/item-request.js';
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
    const why = whyUnasked(lane.template, asked);
    if (why !== undefined) return report.add(unasked(lane, asked.key, place, why));
    const call = callOf(lane, asked, place);
    const local = ways?.[place % each]?.local;
    if (local !== undefined) {
      return report.add(await work.rest(() => threads(() => runLocalCheck(local, call, asked.item, work))));
    }
    const outcome = await runWithinBudget(call, work).finally(() => work.ledgers.delete(call.index));
    if (outcome === undefined) return void overBudget.push(place);
    metrics.record(call, outcome);
    report.add(outcome);
  };
  const left = await branches.run(run);
  signal.throwIfAborted();
  return [...overBudget, ...left].toSorted((one, other) => one - other);
}

/** The outcome of a branch about which nothing can be asked. */
export function unasked({ firstIndex, queuedAtMs }: Lane, key: string, place: number, why: string): StoredBranch {
  return outcomeOfFailure({ key, index: firstIndex + place, queuedAtMs }, unreadableFailure(why), Date.now());
}
