import fc from 'fast-check';
import { expect, it } from 'vitest';

import { fromRanges, noTally, toRanges } from '../../src/contract/lanes.js';
import type { Chunk, LaneReport } from '../../src/contract/lanes.js';
import { taking } from '../../workflows/wide/known-reports.js';

const blob = { sha256: 'a'.repeat(64), bytes: 9 };
const from = { workflowId: 'run', runId: 'first' };

function reportOn(indices: readonly number[]): LaneReport {
  const ascending = indices.toSorted((one, other) => one - other);
  return { blob, indices: toRanges(ascending), tally: { ...noTally, ended: indices.length, costUsd: 0 } };
}

it('asks about each document once that is not taken over, wherever chunks and reports begin and end', () => {
  const counts = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(counts, fc.infiniteStream(fc.nat(3)), (sizes, picks) => {
      const chunks: Chunk[] = sizes.map((count) => ({ ...blob, count }));
      const total = sizes.reduce((sum, count) => sum + count, 0);
      const all = Array.from({ length: total }, (_, index) => index);
      // Of four numbers, one has it asked about, and the others name the report that has it.
      const reporters = all.map(() => picks.next().value as number);
      const reports = [1, 2, 3]
        .map((number) => all.filter((index) => reporters[index] === number))
        .filter((indices) => indices.length > 0)
        .map(reportOn);
      const { queue, batches, tally } = taking(chunks, { from, reports });
      const firsts = sizes.map((_, at) => sizes.slice(0, at).reduce((sum, count) => sum + count, 0));
      const asked = queue!.again.flatMap(({ chunk, places }) =>
        fromRanges(places).map((place) => {
          expect(place).toBeLessThan(sizes[chunk]!);
          return firsts[chunk]! + place;
        }),
      );
      expect(asked).toEqual(all.filter((index) => reporters[index] === 0));
      expect(queue!.next).toBe(chunks.length);
      expect(batches).toHaveLength(reports.length);
      expect(tally!.ended + asked.length).toBe(total);
    }),
  );
});

it('begins with nothing where nothing is taken over', () => {
  expect(taking([{ ...blob, count: 3 }], undefined)).toEqual({});
  expect(taking([{ ...blob, count: 3 }], { from, branches: [] })).toEqual({});
});
