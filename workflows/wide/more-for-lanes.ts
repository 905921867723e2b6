import type { HandBack, LaneMore } from '../../src/contract/lane-messages.js';
import type { Chunk, Lane } from '../../src/contract/lanes.js';
import type { CutInLanes } from './cut-in-lanes.js';
import type { LaneMoney } from './lane-money.js';
import type { LaneQueue, LaneWork } from './lane-queue.js';
import type { LaneRunners } from './lane-runners.js';
import type { LaneUnderWay } from './lane-under-way.js';

/** The server takes 2,000 updates of one execution (`history.maxTotalUpdates`); those of people are among them. */
const mostGiven = 1_500;

/** What lanes give and take from. */
interface Surroundings {
  chunks: readonly Chunk[];
  queue: LaneQueue;
  runners: LaneRunners;
  money: Pick<LaneMoney, 'isShort' | 'isEnough' | 'recovers' | 'giveBack'>;
  cuts: Pick<CutInLanes, 'among'>;
  /** Whether lanes hand back what they have too much of. */
  isShared: boolean;
  /** Whether the join is decided. */
  isCut: () => boolean;
  /** Whether there may be more lanes in this execution. */
  goesOn: () => boolean;
}

/**
 * Gives lanes that are under way more of what waits, so that their workers do not run dry between two lanes, and takes back what they have
 * too much of.
 */
export class MoreForLanes {
  /** Milliseconds that a branch takes, as was told last. */
  paceMs: number | undefined;
  #given = 0;
  /** Whether somebody has begun no lane for want of money. */
  #isWaiting = false;

  constructor(readonly around: Surroundings) {}

  /**
   * What a lane that begins is told of others, and whether it may ask: see `Lane`. Documents that may be poisoned stay alone.
   *
   * @param beginning lanes that begin behind it in this moment
   */
  toldTo({ failures }: LaneWork, beginning: number): { runners: number } & Pick<Lane, 'asksForMore'> {
    const { queue, runners } = this.around;
    const told = { runners: runners.size };
    if (failures > 0) return told;
    // Each of those behind takes all that belongs together, and what they take need not be asked for.
    const takesAll = runners.laneSize(1, queue.queued, this.paceMs) === Infinity;
    return { ...told, asksForMore: queue.parts > (takesAll ? beginning : 0) ? 'now' : 'later' };
  }

  /** Whether a lane may begin beside those under way. Where money has come back, those begin too who have waited for it. */
  mayBegin(underWay: { readonly size: number }): boolean {
    const { money, runners, queue } = this.around;
    if (this.#isWaiting && !money.isShort) {
      this.#isWaiting = false;
      runners.sendAgain(queue.queued);
    }
    if (!money.isShort || underWay.size === 0) return true;
    this.#isWaiting = money.recovers;
    return false;
  }

  /** Takes back what a lane has too much of: its documents, calls at once and money go to others. */
  takeBack(lane: LaneUnderWay | undefined, handBack: HandBack): void {
    const { queue, runners, money, isShared, isCut } = this.around;
    if (lane === undefined || !isShared) return;
    this.paceMs = handBack.paceMs ?? this.paceMs;
    money.giveBack(lane, handBack.usd ?? 0);
    for (const { chunk, places } of lane.takeOut(handBack)) queue.handBack(chunk, places);
    if (!isCut()) runners.narrow(lane.runner, handBack, queue.queued);
  }

  /** `null` where there is nothing for the lane: it ends when it has done what it has. */
  give(lane: LaneUnderWay | undefined, paceMs = this.paceMs): LaneMore | null {
    const { chunks, queue, runners, money, cuts, isShared, goesOn } = this.around;
    if (lane === undefined || !isShared || !goesOn() || !money.isEnough(lane)) return null;
    const { runner } = lane;
    if (this.#isWaiting) runners.pool();
    if (this.#given >= mostGiven || !runners.widenUnderWay(runner)) return null;
    const work = queue.takeSound(runners.moreSize(runner.width, queue.queued, paceMs));
    if (work === undefined) return null;
    this.#given += 1;
    lane.give(work);
    const firstIndex = queue.firstIndexOf(work.chunk);
    const { places } = work;
    return {
      chunk: chunks[work.chunk] as Chunk,
      firstIndex,
      places,
      width: runner.width,
      ...cuts.among(places, firstIndex),
      ...queue.begunBefore(work),
    };
  }
}
