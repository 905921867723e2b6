import { fromRanges, toRanges } from '../../src/contract/lanes.js';
import type { Chunk, Range } from '../../src/contract/lanes.js';

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

  constructor(
    readonly chunks: readonly Chunk[],
    carried: { next: number; again: LaneWork[]; poisoned: number[] } = { next: 0, again: [], poisoned: [] },
  ) {
    this.#next = carried.next;
    this.#again = [...carried.again];
    this.poisoned = [...carried.poisoned];
  }

  get isEmpty(): boolean {
    return this.#again.length === 0 && this.#next >= this.chunks.length;
  }

  take(): LaneWork | undefined {
    const again = this.#again.shift();
    if (again !== undefined) return again;
    const chunk = this.chunks[this.#next];
    if (chunk === undefined) return undefined;
    this.#next += 1;
    return { chunk: this.#next - 1, places: [[0, chunk.count - 1]], failures: 0 };
  }

  /** Takes back documents that were not begun. */
  putBack(work: LaneWork, places: Range[]): void {
    if (places.length > 0) this.#again.push({ ...work, places });
  }

  /** Takes back documents that had ended, by their indices among all, in ascending order. */
  beginAnew(indices: readonly number[]): void {
    let first = 0;
    let at = 0;
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
    if (failures < mostFailures) return void this.#again.push({ ...work, failures });
    if (left.length === 1) return void this.poisoned.push(this.firstIndexOf(work.chunk) + (left[0] ?? 0));
    const half = Math.ceil(left.length / 2);
    for (const part of [left.slice(0, half), left.slice(half)]) {
      this.#again.push({ chunk: work.chunk, places: toRanges(part), failures: mostFailures - 2 });
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

  get carried(): { next: number; again: LaneWork[]; poisoned: number[] } {
    return { next: this.#next, again: this.#again, poisoned: this.poisoned };
  }
}
