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
    return this.parts === 0;
  }

  /** How many lanes it takes to carry all of it, where each takes what belongs together. */
  get parts(): number {
    return this.#again.length + this.chunks.length - this.#next;
  }

  /**
   * Takes documents of one chunk out.
   *
   * @param most how many; a few more where hardly any would be left. All that belong together by default
   */
  take(most = Infinity): LaneWork | undefined {
    return this.#part(this.#takeTogether(), most);
  }

  /** The same for a lane that carries others already: nothing that may be poisoned, or that a Message Batch has not answered. */
  takeSound(most = Infinity): LaneWork | undefined {
    const at = this.#again.findIndex(isSound);
    return this.#part(at < 0 ? this.#takeNext() : this.#again.splice(at, 1)[0], most);
  }

  #part(work: LaneWork | undefined, most: number): LaneWork | undefined {
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
    const at = this.#again.findIndex((work) => work.chunk === chunk && isSound(work));
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

  /**
   * Takes in that a lane has failed that carried these documents.
   *
   * @param hasEnded whether others of the lane had ended: the fault need not be one of these
   */
  failed(work: LaneWork, hasEnded: boolean): void {
    const left = fromRanges(work.places);
    if (hasEnded) return this.putBack({ ...work, failures: 0 }, work.places);
    const failures = work.failures + 1;
    if (failures < mostFailures) return this.#push({ ...work, failures });
    if (left.length === 1) return void this.poisoned.push(this.firstIndexOf(work.chunk) + (left[0] ?? 0));
    const half = Math.ceil(left.length / 2);
    for (const part of [left.slice(0, half), left.slice(half)]) {
      this.#push({ chunk: work.chunk, places: toRanges(part), failures: mostFailures - 2 });
    }
  }

  /** Whether a document waits here. */
  has(chunk: number, place: number): boolean {
    const again = this.#again.filter((work) => work.chunk === chunk);
    return chunk >= this.#next || again.some(({ places }) => fromRanges(places).includes(place));
  }

  /** The chunk that has the document of this index, and its place there. */
  placeOf(index: number): { chunk: number; place: number } {
    let place = index;
    for (const [chunk, { count }] of this.chunks.entries()) {
      if (place < count) return { chunk, place };
      place -= count;
    }
    return { chunk: this.chunks.length, place };
  }

  firstIndexOf(chunk: number): number {
    return this.chunks.slice(0, chunk).reduce((sum, { count }) => sum + count, 0);
  }

  #takeTogether(): LaneWork | undefined {
    return this.#again.shift() ?? this.#takeNext();
  }

  #takeNext(): LaneWork | undefined {
    const chunk = this.chunks[this.#next];
    if (chunk === undefined) return undefined;
    this.#next += 1;
    return { chunk: this.#next - 1, places: [[0, chunk.count - 1]], failures: 0 };
  }

  #push(work: LaneWork): void {
    this.#again.push(work);
    this.#queued += countOf(work.places);
  }

  /** Takes in that documents may have been asked about of which nobody tells, because their lane has died or was told to end. */
  begun({ underWay, ledgers = {} }: LaneBeat): void {
    for (const [index, ledger] of Object.entries(ledgers)) this.#begun.set(Number(index), ledger);
    for (const index of fromRanges(underWay)) {
      const ledger = ledgers[index];
      this.#begun.set(index, ledger === undefined ? null : { ...ledger, open: true });
    }
  }

  /** Takes in that documents have ended: what they have spent is in their outcomes. */
  ended(indices: readonly Range[]): void {
    if (this.#begun.size > 0) for (const index of fromRanges(indices)) this.#begun.delete(index);
  }

  /** Documents that lanes have begun of which nobody has told an end, by chunk. */
  get untold(): { chunk: Chunk; firstIndex: number; begun: [index: number, ledger: Ledger | null][] }[] {
    const all = [...this.#begun].toSorted(([one], [other]) => one - other);
    return this.chunks.flatMap((chunk, at) => {
      const firstIndex = this.firstIndexOf(at);
      const begun = all.filter(([index]) => index >= firstIndex && index < firstIndex + chunk.count);
      return begun.length === 0 ? [] : [{ chunk, firstIndex, begun }];
    });
  }

  /** Those of the documents that a lane before may have asked about; none where there are none. */
  begunBefore({ chunk, places }: LaneWork): { begunBefore?: LaneBeat } {
    if (this.#begun.size === 0) return {};
    const first = this.firstIndexOf(chunk);
    const begun = fromRanges(places).flatMap((place) => {
      const ledger = this.#begun.get(first + place);
      return ledger === undefined ? [] : [[first + place, ledger] as const];
    });
    if (begun.length === 0) return {};
    const open = begun.flatMap(([index, ledger]) => (ledger === null || ledger.open ? [index] : []));
    const spent = begun.flatMap(([index, ledger]) => (ledger === null ? [] : [[index, ledger] as const]));
    const ledgers = spent.length > 0 && { ledgers: Object.fromEntries(spent) };
    return { begunBefore: { underWay: toRanges(open), ...ledgers } };
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

function isSound({ failures, online }: LaneWork): boolean {
  return failures === 0 && !online;
}

function countOf(places: readonly Range[]): number {
  return places.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** The places that are among the others, in ascending order. */
export function among(others: readonly Range[], places: readonly Range[]): Range[] {
  const those = new Set(fromRanges(others));
  return toRanges(inOrder(places).filter((place) => those.has(place)));
}

function inOrder(places: readonly Range[]): number[] {
  return fromRanges(places).toSorted((one, other) => one - other);
}
