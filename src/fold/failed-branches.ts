import { failedRanges, fromRanges } from '../contract/lanes.js';
import type { FailedRanges, Range, Tally } from '../contract/lanes.js';
import type { BranchStatus } from '../contract/run.js';

type Counts = Tally['byStatus'];

/**
 * The branches of a wide run that have ended and are not ok, by their indices, as the reports of lanes tell it. They can be begun
 * anew while the run goes on.
 *
 * FailedBranches-1. A branch that is begun anew has ended once: its earlier end is taken out of the sum when the later one, or the
 *     wish for it, comes. What it had spent stays.
 */
export class FailedBranches {
  readonly #statuses = new Map<number, BranchStatus>();

  constructor(carried: FailedRanges = {}) {
    this.add(carried);
  }

  get size(): number {
    return this.#statuses.size;
  }

  add(failed: FailedRanges = {}): void {
    for (const [status, ranges] of Object.entries(failed) as [BranchStatus, Range[]][]) {
      for (const index of fromRanges(ranges)) this.#statuses.set(index, status);
    }
  }

  /** Forgets those among these, and returns how they had ended. */
  forget(ranges: readonly Range[]): Counts {
    return this.size === 0 ? {} : this.#forget(fromRanges(ranges));
  }

  /** Forgets all of them, and returns which they were and how they had ended. */
  takeAll(): { indices: number[]; byStatus: Counts } {
    const indices = [...this.#statuses.keys()].toSorted((one, other) => one - other);
    return { indices, byStatus: this.#forget(indices) };
  }

  get carried(): FailedRanges {
    const branches = [...this.#statuses].map(([index, status]) => ({ index, status }));
    return failedRanges(branches.toSorted((one, other) => one.index - other.index));
  }

  #forget(indices: readonly number[]): Counts {
    const counts: Counts = {};
    for (const index of indices) {
      const status = this.#statuses.get(index);
      if (status === undefined) continue;
      this.#statuses.delete(index);
      counts[status] = (counts[status] ?? 0) + 1;
    }
    return counts;
  }
}

/** A sum without those that have ended so. What they cost stays in it. */
export function withoutEnded(tally: Tally, counts: Counts): Tally {
  const byStatus = { ...tally.byStatus };
  let { ended } = tally;
  for (const [status, count] of Object.entries(counts) as [BranchStatus, number][]) {
    const left = (byStatus[status] ?? 0) - count;
    ended -= count;
    if (left > 0) byStatus[status] = left;
    else delete byStatus[status];
  }
  return { ...tally, ended, byStatus };
}
