import type { Known } from '../../src/contract/known.js';
import { addTallies, noTally } from '../../src/contract/lanes.js';
import type { Blob, Chunk, FailedRanges, Range, Tally } from '../../src/contract/lanes.js';
import { FailedBranches } from '../../src/fold/failed-branches.js';
import type { LaneQueue } from './lane-queue.js';

/**
 * The state with which a wide run begins that takes outcomes over from the run that it retries. It is as if lanes had reported
 * them: only the other documents are in the queue.
 */
export function taking(
  chunks: readonly Chunk[],
  known: Known | undefined,
): { queue?: LaneQueue['carried']; batches?: Blob[]; tally?: Tally; failed?: FailedRanges } {
  const reports = known?.reports;
  if (reports === undefined) return {};
  const taken = reports.flatMap(({ indices }) => indices).toSorted(([left], [right]) => left - right);
  const again: LaneQueue['carried']['again'] = [];
  let first = 0;
  let at = 0;
  const failed = new FailedBranches();
  for (const report of reports) failed.add(report.failed);
  for (const [chunk, { count }] of chunks.entries()) {
    const places: Range[] = [];
    let next = first;
    const end = first + count;
    for (; at < taken.length; at += 1) {
      const [from, to] = taken[at] as Range;
      if (from >= end) break;
      if (from > next) places.push([next - first, from - 1 - first]);
      next = Math.max(next, to + 1);
      // The range goes on in the next chunk.
      if (to >= end) break;
    }
    if (next < end) places.push([next - first, count - 1]);
    if (places.length > 0) again.push({ chunk, places, failures: 0 });
    first = end;
  }
  return {
    queue: { next: chunks.length, again, poisoned: [] },
    failed: failed.carried,
    batches: reports.map(({ blob }) => blob),
    tally: reports.reduce((sum, { tally }) => addTallies(sum, tally), noTally),
  };
}
