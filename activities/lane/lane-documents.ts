import { setImmediate as breathe } from 'node:timers/promises';

import type { StoredBranch } from '../../src/contract/branch.js';
import type { Lane } from '../../src/contract/lanes.js';
import { outcomeOfFailure, unreadableFailure, withLedger } from '../../src/contract/outcome.js';
import type { ModelCall } from '../../src/contract/model-call.js';
import { isGivenUp } from '../../src/contract/given-up.js';
import { answersPerItem, askedAt, whyUnasked } from '../../src/plan/item-request.js';
import type { Asked } from '../../src/plan/item-request.js';
import type { BranchMetrics } from '../branch/branch-metrics.js';
import { askerOf, runWithinBudget } from './lane-branch.js';
import type { LaneWork } from './lane-branch.js';
import { callOf } from './lane-call.js';
import type { LaneBranches } from './lane-branches.js';
import type { LaneParts } from './lane-parts.js';
import type { LaneReporter } from './lane-reporter.js';
import { checkThreads, runLocalCheck } from './local-check.js';
import type { Threads } from './local-check.js';
import { untoldInLane } from './untold-in-lane.js';

/** Branches begun in one round of the event loop: the first calls are out while the others are being prepared. */
const begunAtOnce = 50;

type RunDocuments = (
  parts: LaneParts,
  work: LaneWork,
  branches: LaneBranches,
  report: LaneReporter,
  metrics: BranchMetrics,
) => Promise<number[]>;

/** Checks that ask no model wait for threads of all lanes, so that they hold up no call. */
export function createRunDocuments(): RunDocuments {
  const threads = checkThreads();
  return (parts, work, branches, report, metrics) => runDocuments(parts, work, branches, report, metrics, threads);
}

/**
 * Runs a branch for each document of a lane that it keeps, and reports it.
 *
 * @returns the indices of the documents that were not begun, and of those that have not ended where the worker ends
 * @throws the signal's reason, where it is another one, and somebody has said that all are cut
 */
async function runDocuments(
  parts: LaneParts,
  work: LaneWork,
  branches: LaneBranches,
  report: LaneReporter,
  metrics: BranchMetrics,
  threads: Threads,
): Promise<number[]> {
  const { signal } = work;
  const { template } = work.lane;
  const each = answersPerItem(template);
  const unended: number[] = [];
  let round = Promise.resolve();
  let begun = 0;
  const isEnding = () => signal.aborted && (isGivenUp(signal.reason) || work.cuts.isUntold);
  // What is cut though nobody has said so is for another lane, and has no outcome.
  const told = (index: number, outcome: StoredBranch): boolean => {
    const hasEnded = outcome.status === 'ok' || !isEnding();
    if (!hasEnded) unended.push(index);
    else {
      report.add(outcome);
      work.ledgers.delete(index);
    }
    return hasEnded;
  };
  // A call that was out before, of a lane that is gone, is joined half way or has its answer there.
  const run = async (index: number): Promise<boolean> => (await runOnce(index)) && !work.begunBefore.has(index);
  /** @returns whether a call was made, or an answer found, as for any other */
  const runOnce = async (index: number): Promise<boolean> => {
    if (begun % begunAtOnce === 0) round = round.then(() => breathe());
    begun += 1;
    await round;
    const { lane, items } = parts.of(index);
    const place = index - lane.firstIndex;
    const asked = askedAt(items, place, template);
    if (asked === undefined) throw new Error(`The chunk has no document ${place}.`);
    const why = whyUnasked(template, asked);
    if (why !== undefined) {
      report.add(unasked(lane, asked.key, place, why));
      return true;
    }
    const call = callOf(lane, asked, place);
    const own = work.cuts.signalOf(index);
    try {
      return await runOne(place, call, asked, { ...work, signal: own.signal });
    } finally {
      own.letGo();
    }
  };
  const runOne = async (place: number, call: ModelCall, asked: Asked, mine: LaneWork): Promise<boolean> => {
    const { index } = call;
    if (mine.signal.aborted && !signal.aborted) {
      const outcome = outcomeOfFailure(call, mine.signal.reason, Date.now());
      const left = work.begunBefore.get(index);
      // A lane before may have asked, whose calls go on without it.
      if (left !== undefined) work.equipment.layer.cutAsker?.(askerOf(mine.lane, index));
      const ledger = left && (await untoldInLane(call, left, work.equipment.settings));
      report.add(ledger === undefined ? outcome : withLedger(outcome, ledger));
      return false;
    }
    const local = template.ways?.[place % each]?.local;
    if (local !== undefined)
      return told(index, await work.rest(() => threads(() => runLocalCheck(local, call, asked.item, mine))));
    const outcome = await runWithinBudget(call, mine);
    if (outcome === undefined) {
      unended.push(index);
      return false;
    }
    const hasEnded = told(index, outcome);
    if (hasEnded) metrics.record(call, outcome);
    return hasEnded && !mine.signal.aborted;
  };
  const left = await branches.run(run);
  if (!isEnding()) signal.throwIfAborted();
  return [...unended, ...left].toSorted((one, other) => one - other);
}

/** The outcome of a branch about which nothing can be asked. */
export function unasked({ firstIndex, queuedAtMs }: Lane, key: string, place: number, why: string): StoredBranch {
  return outcomeOfFailure({ key, index: firstIndex + place, queuedAtMs }, unreadableFailure(why), Date.now());
}
