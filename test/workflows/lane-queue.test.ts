import { TimeoutFailure, TimeoutType } from '@temporalio/common';
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { fromRanges, noTally, toRanges } from '../../src/contract/lanes.js';
import { noLedger } from '../../src/contract/outcome.js';
import { begunIn } from '../../workflows/wide/lane-calls.js';
import { LaneUnderWay } from '../../workflows/wide/lane-under-way.js';
import { LaneQueue } from '../../workflows/wide/lane-queue.js';

const chunks = (counts: readonly number[]) => counts.map((count) => ({ sha256: '', bytes: 0, count }));

it('loses no document and gives none twice, whatever lanes fail, drain and end (LaneQueue-1)', () => {
  const counts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });
  const fates = fc.infiniteStream(
    fc.record({
      how: fc.constantFrom('done', 'drained', 'failed', 'handed back'),
      most: fc.integer({ min: 1, max: 9 }),
      share: fc.double({ min: 0.01, max: 1, noNaN: true }),
    }),
  );
  fc.assert(
    fc.property(counts, fates, (sizes, stream) => {
      let queue = new LaneQueue(chunks(sizes));
      const ended: number[] = [];
      for (let step = 0; !queue.isEmpty && step < 500; step += 1) {
        // As after continue-as-new.
        if (step % 7 === 3) queue = new LaneQueue(queue.chunks, JSON.parse(JSON.stringify(queue.carried)));
        const { how, share, most } = stream.next().value;
        const before = queue.queued;
        const work = queue.take(most)!;
        const places = fromRanges(work.places);
        expect(queue.queued).toBe(before - places.length);
        const done = how === 'done' ? places : places.slice(0, Math.ceil(places.length * share));
        const left = places.slice(done.length);
        ended.push(...done.map((place) => queue.firstIndexOf(work.chunk) + place));
        if (how === 'failed') queue.failed({ ...work, places: toRanges(left) }, left.length < places.length);
        else if (how === 'handed back') queue.handBack(work.chunk, toRanges(left));
        else
          queue.putBack(
            work,
            left.map((place) => [place, place]),
          );
      }
      const total = sizes.reduce((sum, count) => sum + count, 0);
      const all = [...ended, ...queue.poisoned].toSorted((one, other) => one - other);
      expect(all).toEqual(Array.from({ length: total }, (_, index) => index));
    }),
  );
});

it('tells a document that ends its worker from its neighbours, and gives only that one up (LaneQueue-2)', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), (count, pick) => {
      const poison = pick % count;
      const queue = new LaneQueue(chunks([count]));
      const ended = new Set<number>();
      let lanes = 0;
      for (let work = queue.take(); work !== undefined; work = queue.take()) {
        lanes += 1;
        const places = fromRanges(work.places);
        if (places.includes(poison)) queue.failed(work, false);
        else for (const place of places) ended.add(place);
      }
      expect(queue.poisoned).toEqual([poison]);
      expect(ended.size).toBe(count - 1);
      expect(lanes).toBeLessThan(40);
    }),
  );
});

it('gives whoever carries a document next what its dead lane had under way, and may have begun since', () => {
  const spent = { ...noLedger, attempts: 2, costUsd: 0.1 };
  const beat = { underWay: [[11, 12]], ledgers: { 12: spent } };
  const death = new TimeoutFailure('dead', beat, TimeoutType.HEARTBEAT);
  const queue = new LaneQueue(chunks([10, 10]));
  queue.take();
  const lane = new LaneUnderWay({ width: 2 }, (chunk) => queue.firstIndexOf(chunk), queue.take()!);
  const outcome = { blob: { sha256: '', bytes: 0 }, tally: noTally };
  lane.ended({ ...outcome, indices: [[10, 11]] }, 0);
  const begun = begunIn(death, lane);
  expect(begun.underWay).toEqual([[12, 14]]);
  queue.begun(begun);
  for (const part of lane.unended) queue.failed(part, true);
  const continued = new LaneQueue(queue.chunks, JSON.parse(JSON.stringify(queue.carried)));
  const again = continued.take()!;
  expect(continued.begunBefore(again)).toEqual({
    begunBefore: { underWay: [[12, 14]], ledgers: { 12: { ...spent, open: true } } },
  });
  expect(begunIn(new Error('It had not begun.'), lane).underWay).toEqual([]);
});
