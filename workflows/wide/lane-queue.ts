import { fromRanges, toRanges } from '../../src/contract/lanes.js';
import type { Chunk, LaneBeat, Range } from '../../src/contract/lanes.js';
import type { Ledger } from '../../src/contract/model-call.js';

/** Documents of one chunk that a lane is to carry. */
export interface LaneWork {
  /** Number of the chunk. */
  chunk: number;
  places: Range[];
  /** Whether the documents are to be asked about online, because a Message Batch has not answered them. */
  online?: true;
  /** How many lanes with nothing but these documents have failed without an outcome. */
  failures: number;
}

/** The state of a queue. `begun`: documents that were under way when their lane died, and what they had spent. */
interface CarriedQueue {
  next: number;
  again: LaneWork[];
  poisoned: number[];
  begun?: [index: number, ledger: Ledger | null][];
}

/** A single document is given up as poisoned after so many failed lanes. */
const mostFailures = 3;

/**
 * The documents of a wide fan-out that are still to be done, in input order. Documents that come back go first.
 *
 * LaneQueue-1. Every document is in the queue, in a lane, ended, or given up as poisoned.
 * LaneQueue-2. Halving tells the documents that end their worker from their neighbours.
 */
export class LaneQueue {
  readonly #again: LaneWork[];
  readonly poisoned: number[];
  #next: number;
  #queued: number;
  /** Documents that were under way when their lane died, by index, and what they had spent. */
  readonly #begun: Map<number, Ledger | null>;

  constructor(
    readonly chunks: readonly Chunk[],
    carried: CarriedQueue = { next: 0, again: [], poisoned: [] },
  ) {
    this.#next = carried.next;
    this.#again = [...carried.again];
    this.poisoned = [...carried.poisoned];
    this.#begun = new Map(carried.begun);
    const queued = [
      ...chunks.slice(this.#next).map(({ count }) => count),
      ...this.#again.map(({ places }) => countOf(places)),
    ];
    this.#queued = queued.reduce((sum, count) => sum + count, 0);
  }

  /** Documents in it. */
  get queued(): number {
    return this.#queued;
  }

  get isEmpty(): boolean {
    return this.#again.length === 0 && this.#next >= this.chunks.length;
  }

  /**
   * Takes documents of one chunk out.
   *
   * @param most how many; a few more where hardly any would be left. All that belong together by default
   */
  take(most = Infinity): LaneWork | undefined {
    const work = this.#takeTogether();
    if (work === undefined) return undefined;
    const count = countOf(work.places);
    this.#queued -= count;
    // Documents that may be poisoned stay together: their failures are counted.
    if (count <= most * 1.25 || work.failures > 0) return work;
    const places = fromRanges(work.places);
    this.#queued += count - most;
    this.#again.unshift({ ...work, places: toRanges(places.slice(most)) });
    return { ...work, places: toRanges(places.slice(0, most)) };
  }

  /** Takes back documents that were not begun. */
  putBack(work: LaneWork, places: Range[]): void {
    if (places.length > 0) this.#push({ ...work, places });
  }

  /** Takes back what a lane that goes on has handed back. Documents of one chunk are put together again. */
  handBack(chunk: number, places: Range[]): void {
    const at = this.#again.findIndex((work) => work.chunk === chunk && work.failures === 0 && !work.online);
    const there = this.#again[at];
    if (there === undefined) return this.putBack({ chunk, places: [], failures: 0 }, places);
    this.#queued += countOf(places);
    const together = [...fromRanges(there.places), ...fromRanges(places)].toSorted((one, other) => one - other);
    this.#again[at] = { ...there, places: toRanges(together) };
  }

  /** Takes back documents that had ended, by their indices among all, in ascending order. */
  beginAnew(indices: readonly number[]): void {
    let first = 0;
    let at = 0;
    // What they have cost is in their former outcomes.
    for (const index of indices) this.#begun.delete(index);
    for (const [chunk, { count }] of this.chunks.entries()) {
      const places: number[] = [];
      for (; at < indices.length && (indices[at] as number) < first + count; at += 1) {
        places.push((indices[at] as number) - first);
      }
      this.putBack({ chunk, places: [], failures: 0 }, toRanges(places));
      first += count;
    }
  }

  /** Takes in that a lane has failed. The documents that had ended by then are done. */
  failed(work: LaneWork, left: number[]): void {
    if (left.length === 0) return;
    const before = fromRanges(work.places).length;
    // Some documents had ended: the fault need not be one of the others.
    if (left.length < before) return this.putBack({ ...work, failures: 0 }, toRanges(left));
    const failures = work.failures + 1;
    if (failures < mostFailures) return this.#push({ ...work, failures });
    if (left.length === 1) return void this.poisoned.push(this.firstIndexOf(work.chunk) + (left[0] ?? 0));
    const half = Math.ceil(left.length / 2);
    for (const part of [left.slice(0, half), left.slice(half)]) {
      this.#push({ chunk: work.chunk, places: toRanges(part), failures: mostFailures - 2 });
    }
  }

  firstIndexOf(chunk: number): number {
    return this.chunks.slice(0, chunk).reduce((sum, { count }) => sum + count, 0);
  }

  /** Index of the first document of the chunk that has this one. */
  chunkStartBefore(index: number): number {
    let start = 0;
    for (const { count } of this.chunks) {
      if (index < start + count) return start;
      start += count;
    }
    return start;
  }

  #takeTogether(): LaneWork | undefined {
    const again = this.#again.shift();
    if (again !== undefined) return again;
    const chunk = this.chunks[this.#next];
    if (chunk === undefined) return undefined;
    this.#next += 1;
    return { chunk: this.#next - 1, places: [[0, chunk.count - 1]], failures: 0 };
  }

  #push(work: LaneWork): void {
    this.#again.push(work);
    this.#queued += countOf(work.places);
  }

  /** Takes in that documents may have been asked about of which nobody tells, because their lane has died. */
  begun(chunk: number, places: readonly number[], ledgers: LaneBeat['ledgers']): void {
    const first = this.firstIndexOf(chunk);
    for (const place of places) this.#begun.set(first + place, ledgers?.[first + place] ?? null);
  }

  /** Those of the documents that a lane before may have asked about; none where there are none. */
  begunBefore({ chunk, places }: LaneWork): LaneBeat | undefined {
    if (this.#begun.size === 0) return undefined;
    const first = this.firstIndexOf(chunk);
    const begun = fromRanges(places).filter((place) => this.#begun.has(first + place));
    if (begun.length === 0) return undefined;
    const spent = begun.flatMap((place) => {
      const ledger = this.#begun.get(first + place);
      return ledger ? [[first + place, ledger] as const] : [];
    });
    return { underWay: toRanges(begun), ...(spent.length > 0 && { ledgers: Object.fromEntries(spent) }) };
  }

  get carried(): CarriedQueue {
    const begun = [...this.#begun];
    return {
      next: this.#next,
      again: this.#again,
      poisoned: this.poisoned,
      ...(begun.length > 0 && { begun }),
    };
  }
}

function countOf(places: readonly Range[]): number {
  return places.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** The places that are among the others, in ascending order. */
export function among(others: readonly Range[], places: readonly Range[]): Range[] {
  const those = new Set(fromRanges(others));
  return toRanges(inOrder(places).filter((place) => those.has(place)));
}

/** The places that are not among the others, in ascending order. */
export function without(others: ReadonlySet<number>, places: readonly Range[]): Range[] {
  return toRanges(inOrder(places).filter((place) => !others.has(place)));
}

function inOrder(places: readonly Range[]): number[] {
  return fromRanges(places).toSorted((one, other) => one - other);
}
