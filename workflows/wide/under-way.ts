import type { CancellationScope } from '@temporalio/workflow';

import type { Holder } from './batch-budget.js';
import type { LaneName } from './lane-messages.js';
import type { LaneWork } from './lane-queue.js';
import type { Runner } from './lane-runners.js';

/** A lane, or an order of batches, that is under way. */
export interface UnderWay extends Holder {
  /** See `Lane`. */
  token: string;
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

/**
 * The lanes under way, by number.
 *
 * UnderWay-1. A reset delivers the messages of the former execution anew. Numbers begin again with it, and tokens do not: what a lane said
 *     that is not under way here is nobody's.
 */
export class LanesUnderWay extends Map<number, UnderWay> {
  /** The lane of a message, unless it was given up for dead or never began here: its documents are another lane's now. */
  named({ lane: number, token }: LaneName): UnderWay | undefined {
    const lane = this.get(number);
    return token === undefined || token === lane?.token ? lane : undefined;
  }
}
