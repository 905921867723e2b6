import { setImmediate as breathe } from 'node:timers/promises';

import { ApplicationFailure } from '@temporalio/common';

import type { StoredBranch } from '../../src/contract/branch.js';
import type { Item, Lane } from '../../src/contract/lanes.js';
import { outcomeOfFailure, unreadableFailure } from '../../src/contract/outcome.js';
import type { ModelCall } from '../../src/contract/model-call.js';
import { describeError } from '../../src/model/call/describe-error.js';
import { answersPerItem, askedAt, whyUnasked } from '../../src/plan/item-request.js';
import type { Asked } from '../../src/plan/item-request.js';
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
    const own = work.cuts.signalOf(place);
    try {
      await runOne(place, call, asked, { ...work, signal: own.signal });
    } finally {
      own.letGo();
    }
  };
  const runOne = async (place: number, call: ModelCall, asked: Asked, mine: LaneWork): Promise<void> => {
    if (mine.signal.aborted && !signal.aborted)
      return report.add(outcomeOfFailure(call, mine.signal.reason, Date.now()));
    const local = ways?.[place % each]?.local;
    if (local !== undefined) {
      return report.add(await work.rest(() => threads(() => runLocalCheck(local, call, asked.item, mine))));
    }
    const outcome = await runWithinBudget(call, mine);
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

/**
 * Where the store lacks the chunk, all documents of the lane have failed: no other lane would find it, and halving it would only ask more
 * often.
 */
export function reportMissing(
  { firstIndex, queuedAtMs }: Lane,
  places: number[],
  missing: Error,
  reporter: LaneReporter,
): void {
  const failure = ApplicationFailure.nonRetryable(describeError(missing), 'DocumentMissing');
  for (const place of places) {
    // The items' own keys are in the chunk.
    const index = firstIndex + place;
    reporter.add(outcomeOfFailure({ key: String(index), index, queuedAtMs }, failure, Date.now()));
  }
}
