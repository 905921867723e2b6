import type { CancellationScope } from '@temporalio/workflow';

import type { Holder } from './batch-budget.js';
import type { LaneQueue, LaneWork } from './lane-queue.js';
import type { Runner } from './lane-runners.js';

/** A lane, or an order of batches, under way. */
export interface UnderWay extends Holder {
  runner: Runner;
  /** What it carries: what it was given, less what it has handed back. */
  work: LaneWork;
  /** Places of the chunk that have ended. */
  ended: Set<number>;
  spentUsd: number;
  /** The scope of the lane; batches have none of their own. */
  scope?: CancellationScope;
  /** Whether somebody has cut a branch of it: it has been told to stop, and asks what is meant. */
  isCut?: true;
}

/** The state of a branch: the lane that carries it, or why there is none. */
export type Whereabouts = UnderWay | 'queued' | 'ended';

/** @param index of the branch among all */
export function whereaboutsOf(index: number, queue: LaneQueue, underWay: Iterable<UnderWay>): Whereabouts {
  const { chunk, place } = queue.placeOf(index);
  if (queue.has(chunk, place)) return 'queued';
  for (const lane of underWay) {
    const isIn = lane.work.chunk === chunk && lane.work.places.some(([first, last]) => first <= place && place <= last);
    if (isIn && !lane.ended.has(place)) return lane;
  }
  return 'ended';
}
