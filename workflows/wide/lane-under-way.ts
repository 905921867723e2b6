import type { CancellationScope } from '@temporalio/workflow';

import { fromRanges, toRanges } from '../../src/contract/lanes.js';
import type { HandBack } from '../../src/contract/lane-messages.js';
import type { LaneReport, Range } from '../../src/contract/lanes.js';
import type { Holder } from './batch-budget.js';
import type { Runner } from './lane-runners.js';
import type { LaneName } from './lane-messages.js';
import type { LaneWork } from './lane-queue.js';

/**
 * A lane that is under way: what it carries, and what of that has ended.
 *
 * LaneUnderWay-1. It carries what it was given, at first and since, less what it has handed back.
 */
export class LaneUnderWay implements Holder {
  heldUsd = 0;
  hadAll?: boolean;
  spentUsd = 0;
  /** The scope of the lane; batches have none of their own. */
  scope?: CancellationScope;
  /** Whether somebody has cut a branch of it: it has been told to stop, and asks what is meant. */
  isCut?: true;
  readonly #works: LaneWork[] = [];
  /** Indices among all branches. */
  readonly #ended = new Set<number>();

  /**
   * @param firstIndexOf index, among all branches, of a chunk's first document
   * @param token see `Lane`
   */
  constructor(
    readonly runner: Runner,
    readonly firstIndexOf: (chunk: number) => number,
    first: LaneWork,
    readonly token = '',
  ) {
    this.give(first);
  }

  get hasEnded(): boolean {
    return this.#ended.size > 0;
  }

  /** What it was given, and has neither reported nor handed back; in parts as it was given. */
  get unended(): LaneWork[] {
    return this.#works
      .map((work) => ({ ...work, places: this.#partOf(work, (index) => !this.#ended.has(index)) }))
      .filter(({ places }) => places.length > 0);
  }

  /** @param index among all branches. Whether it has it, and has neither reported nor handed it back */
  has(index: number): boolean {
    if (this.#ended.has(index)) return false;
    return this.#works.some(({ chunk, places }) => {
      const place = index - this.firstIndexOf(chunk);
      return places.some(([first, last]) => first <= place && place <= last);
    });
  }

  /** What it was given, in that order, less what it has handed back: indices among all branches. */
  get given(): number[] {
    return this.#works.flatMap(({ chunk, places }) => {
      const first = this.firstIndexOf(chunk);
      return fromRanges(places).map((place) => first + place);
    });
  }

  give(work: LaneWork): void {
    const first = this.firstIndexOf(work.chunk);
    // What has failed and begins anew may come back to its lane.
    for (const place of fromRanges(work.places)) this.#ended.delete(first + place);
    this.#works.push(work);
  }

  ended({ indices }: LaneReport, spentUsd: number): void {
    for (const index of fromRanges(indices)) this.#ended.add(index);
    this.spentUsd += spentUsd;
  }

  /** Takes out what the lane hands back, as far as it has it. */
  takeOut({ left, leftOfMore = [] }: Pick<HandBack, 'left' | 'leftOfMore'>): LaneWork[] {
    const [own] = this.#works;
    const first = own === undefined ? 0 : this.firstIndexOf(own.chunk);
    const back = new Set([...fromRanges(left).map((place) => first + place), ...fromRanges(leftOfMore)]);
    const isBack = (index: number) => back.has(index) && !this.#ended.has(index);
    const taken = this.#works.map((work) => ({ ...work, places: this.#partOf(work, isBack) }));
    for (const [at, work] of this.#works.entries()) {
      this.#works[at] = { ...work, places: this.#partOf(work, (index) => !isBack(index)) };
    }
    return taken.filter(({ places }) => places.length > 0);
  }

  #partOf({ chunk, places }: LaneWork, has: (index: number) => boolean): Range[] {
    const first = this.firstIndexOf(chunk);
    const part = fromRanges(places).filter((place) => has(first + place));
    return toRanges(part.toSorted((one, other) => one - other));
  }
}

/**
 * The lanes under way, by number.
 *
 * LaneUnderWay-2. A reset delivers the messages of the former execution anew. Numbers begin again with it, and tokens do not: what a lane
 *     said that is not under way here is nobody's.
 */
export class LanesUnderWay extends Map<number, LaneUnderWay> {
  /** The lane of a message, unless it was given up for dead or never began here: its documents are another lane's now. */
  named({ lane: number, token }: LaneName): LaneUnderWay | undefined {
    const lane = this.get(number);
    return token === undefined || token === lane?.token ? lane : undefined;
  }
}
