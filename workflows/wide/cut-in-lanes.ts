import { ApplicationFailure } from '@temporalio/common';
import {
  CancellationScope,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  setHandler,
} from '@temporalio/workflow';

import { fromRanges, toRanges } from '../../src/contract/lanes.js';
import type { LaneCuts, LanesCut } from '../../src/contract/lane-messages.js';
import type { Range } from '../../src/contract/lanes.js';
import { queryNames, signalNames, updateNames } from '../../src/contract/names.js';
import { lanesCut as lanesCutMessage, placesInLanes } from '../../src/plan/schema/messages.js';
import { parsed } from '../../src/plan/schema/parse.js';
import { isMessage } from '../engine/door.js';
import { allIsTakenIn } from '../engine/taken-in.js';
import type { LaneQueue } from './lane-queue.js';
import type { LaneUnderWay } from './lane-under-way.js';

const cancelBranch = defineUpdate<string[], [unknown]>(updateNames.cancelBranch);
const lanesCut = defineSignal<[LanesCut]>(signalNames.lanesCut);
const laneCuts = defineQuery<LaneCuts, [number]>(queryNames.laneCuts);

/** Branches of a run in lanes, by their places in input order from 0, and what they are called. */
interface Places {
  indices: number[];
  keys?: string[];
}

/** What the next execution is to know of branches that were cut. */
export interface CarriedCuts {
  cut: number[];
  cutEnded: number;
}

/**
 * Cuts single branches of a run in lanes, by the update `cancelBranch`, or where the workflow whose branches they are says so by the signal
 * `lanesCut`.
 *
 * CutInLanes-1. The lane of a branch is told to stop, which is all that Temporal tells an activity, and asks by the query `laneCuts` what is
 *     meant; its other branches go on.
 * CutInLanes-2. A branch that no lane has yet is cut by the lane that is given it, before it is asked.
 * CutInLanes-3. A workflow that tells its lanes to cut hears of it by the outcomes: what has ended, or is in a Message Batch, stays as it is.
 */
export class CutInLanes {
  /** Indices of those that have not ended yet. */
  readonly #cut: Set<number>;
  #ended: number;

  /** @param underWay the lanes under way, by number */
  constructor(
    readonly total: number,
    readonly underWay: ReadonlyMap<number, LaneUnderWay>,
    readonly queue: LaneQueue,
    /** Of all lanes. */
    readonly scope: CancellationScope,
    { cut = [], cutEnded = 0 }: Partial<CarriedCuts>,
  ) {
    this.#cut = new Set(cut);
    this.#ended = cutEnded;
    setHandler(cancelBranch, (given) => this.#cancel(placesOf(given)), {
      validator: (given) => void placesOf(given),
      description:
        'Cuts branches in lanes, and leaves the others alone: {"indices": [0, 7]}, places in input order from 0.',
    });
    setHandler(lanesCut, (told) => this.#hear(told), {
      description: 'Cuts branches, sent by the workflow whose branches they are.',
    });
    setHandler(laneCuts, (number) => this.#of(number), {
      description: 'Asked by a lane that is told to stop: which of its branches are cut, or null for all.',
    });
  }

  /** How many of them have ended. */
  get ended(): number {
    return this.#ended;
  }

  get carried(): Partial<CarriedCuts> {
    if (this.#cut.size === 0 && this.#ended === 0) return {};
    return { cut: [...this.#cut], cutEnded: this.#ended };
  }

  /** Places among these of a chunk that are cut. */
  among(places: readonly Range[], firstIndex: number): { cut?: Range[] } {
    if (this.#cut.size === 0) return {};
    const cut = fromRanges(places).filter((place) => this.#cut.has(firstIndex + place));
    return cut.length === 0 ? {} : { cut: toRanges(cut) };
  }

  /** Runs a lane in a scope of its own, which is cancelled where branches of it are cut. */
  within<Result>(lane: LaneUnderWay, start: () => Promise<Result>): Promise<Result> {
    lane.scope = new CancellationScope({ cancellable: true });
    return lane.scope.run(start);
  }

  /** Whether a lane has ended because a branch was cut, before a worker could ask what is meant: another has the rest. */
  isBehind(failure: unknown, lane: LaneUnderWay): boolean {
    return isCancellation(failure) && lane.isCut === true && !this.scope.consideredCancelled;
  }

  /** Takes in that branches have ended. */
  see(indices: readonly Range[]): void {
    if (this.#cut.size === 0) return;
    for (const index of fromRanges(indices)) if (this.#cut.delete(index)) this.#ended += 1;
  }

  #of(number: number): LaneCuts {
    const lane = this.underWay.get(number);
    if (lane === undefined || lane.isCut !== true || this.scope.consideredCancelled) return null;
    const cut = [...this.#cut].filter((index) => lane.has(index));
    return toRanges(cut.toSorted((one, other) => one - other));
  }

  async #cancel({ indices, keys = indices.map(String) }: Places): Promise<string[]> {
    await allIsTakenIn();
    this.#cutThose(indices.map((index, at) => [index, this.#laneOf(index, keys[at] ?? String(index))]));
    return keys;
  }

  #hear(told: LanesCut): void {
    if (!isMessage(lanesCutMessage, signalNames.lanesCut, told)) return;
    const meant = fromRanges(told.indices.filter(([first, last]) => first <= last && last < this.total));
    const open: [number, LaneUnderWay | undefined][] = [];
    for (const index of meant) {
      const where = whereaboutsOf(index, this.queue, this.underWay.values());
      if (where === 'queued') open.push([index, undefined]);
      else if (where !== 'ended' && where.scope !== undefined) open.push([index, where]);
    }
    this.#cutThose(open);
  }

  /** @param branches their indices, and the lanes that have them */
  #cutThose(branches: readonly [index: number, lane: LaneUnderWay | undefined][]): void {
    for (const [index] of branches) this.#cut.add(index);
    for (const [, lane] of branches) {
      if (lane === undefined) continue;
      lane.isCut = true;
      lane.scope?.cancel();
    }
  }

  /** @throws ApplicationFailure `NotPossible` where the branch cannot be cut */
  #laneOf(index: number, key: string): LaneUnderWay | undefined {
    if (index >= this.total) throw refused(`Expected places below ${this.total}, got ${index}.`);
    const where = whereaboutsOf(index, this.queue, this.underWay.values());
    if (where === 'ended') throw refused(`Expected a branch that has not ended, got ${key}.`);
    if (where !== 'queued' && where.scope === undefined) {
      throw refused(`Expected a branch that is asked by itself, got ${key}, whose Message Batch is cut as a whole.`);
    }
    return where === 'queued' ? undefined : where;
  }
}

/** @throws Error where it is none */
function placesOf(given: unknown): Places {
  return parsed<Places>(placesInLanes, given, 'the selection of branches in lanes');
}

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'NotPossible');
}

/** The state of a branch: the lane that carries it, or why there is none. */
type Whereabouts = LaneUnderWay | 'queued' | 'ended';

/** @param index of the branch among all */
function whereaboutsOf(index: number, queue: LaneQueue, underWay: Iterable<LaneUnderWay>): Whereabouts {
  const { chunk, place } = queue.placeOf(index);
  if (queue.has(chunk, place)) return 'queued';
  for (const lane of underWay) {
    if (lane.has(index)) return lane;
  }
  return 'ended';
}
