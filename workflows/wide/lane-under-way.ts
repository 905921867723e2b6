import { fromRanges, toRanges } from '../../src/contract/lanes.js';
import type { HandBack, LaneReport, Range } from '../../src/contract/lanes.js';
import type { Holder } from './batch-budget.js';
import type { Runner } from './lane-runners.js';
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
  readonly #works: LaneWork[] = [];
  /** Indices among all branches. */
  readonly #ended = new Set<number>();

  /** @param firstIndexOf index, among all branches, of a chunk's first document */
  constructor(
    readonly runner: Runner,
    readonly firstIndexOf: (chunk: number) => number,
    first: LaneWork,
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
