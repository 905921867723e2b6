import type { Chunk, LaneMore } from '../../src/contract/lanes.js';
import type { LaneQueue, LaneWork } from './lane-queue.js';
import type { LaneRunners } from './lane-runners.js';
import type { LaneUnderWay } from './lane-under-way.js';

/** The server takes 2,000 updates of one execution (`history.maxTotalUpdates`); those of people are among them. */
const mostGiven = 1_500;

/** Gives lanes that are under way more of what waits, so that their workers do not run dry between two lanes. */
export class MoreForLanes {
  #given = 0;

  constructor(
    readonly chunks: readonly Chunk[],
    readonly queue: LaneQueue,
    readonly runners: LaneRunners,
  ) {}

  /** Whether a lane may ask; documents that may be poisoned stay alone. See `Lane`. */
  asks({ failures }: LaneWork): 'now' | 'later' | undefined {
    if (failures > 0) return undefined;
    return this.queue.queued > 0 ? 'now' : 'later';
  }

  /** `null` where there is nothing for the lane: it ends when it has done what it has. */
  give(lane: LaneUnderWay, paceMs: number | undefined): LaneMore | null {
    const { runner } = lane;
    if (this.#given >= mostGiven || !this.runners.widenUnderWay(runner)) return null;
    const work = this.queue.takeSound(this.runners.moreSize(runner.width, this.queue.queued, paceMs));
    if (work === undefined) return null;
    this.#given += 1;
    lane.give(work);
    const firstIndex = this.queue.firstIndexOf(work.chunk);
    return { chunk: this.chunks[work.chunk] as Chunk, firstIndex, places: work.places, width: runner.width };
  }
}
