import { TimeoutFailure, TimeoutType } from '@temporalio/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fromRanges, noTally, toRanges } from '../../src/contract/lanes.js';
import { noLedger } from '../../src/contract/outcome.js';
import { begunIn } from '../../workflows/wide/lane-calls.js';
import { LaneUnderWay } from '../../workflows/wide/lane-under-way.js';
import type { LaneRunners } from '../../workflows/wide/lane-runners.js';
import { MoreForLanes } from '../../workflows/wide/more-for-lanes.js';
import { among, LaneQueue } from '../../workflows/wide/lane-queue.js';
import type { LaneWork } from '../../workflows/wide/lane-queue.js';

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

it('gives a document up with its third failed lane, and its neighbour has one lane more', () => {
  const lanesUntilGivenUp = (count: number) => {
    const queue = new LaneQueue(chunks([count]));
    const lanes: number[][] = [];
    for (let work = queue.take(); work !== undefined; work = queue.take()) {
      lanes.push(fromRanges(work.places));
      if (fromRanges(work.places).includes(0)) queue.failed(work, false);
    }
    expect(queue.poisoned).toEqual([0]);
    return lanes;
  };
  expect(lanesUntilGivenUp(1)).toEqual([[0], [0], [0]]);
  expect(lanesUntilGivenUp(2)).toEqual([[0, 1], [0, 1], [0, 1], [0], [1], [0]]);
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
  // What its lane had ended before is not told again, and what it had closed is not open.
  continued.begun({ underWay: [], ledgers: { 13: spent } });
  expect(continued.begunBefore({ ...again, places: [[3, 3]] })).toEqual({
    begunBefore: { underWay: [], ledgers: { 13: spent } },
  });
  expect(continued.begunBefore({ ...again, places: [[9, 9]] })).toEqual({});
  expect(begunIn(new Error('It had not begun.'), lane).underWay).toEqual([]);
});

describe('a queue of documents', () => {
  const lengthOf = (work: LaneWork | undefined) => fromRanges(work!.places).length;

  it('counts what it has after continue-as-new, and keeps what was given up', () => {
    const queue = new LaneQueue(chunks([4, 5, 6]));
    queue.putBack(queue.take()!, [[1, 2]]);
    const continued = new LaneQueue(queue.chunks, { ...queue.carried, poisoned: [0] });
    expect([queue.queued, continued.queued, continued.poisoned]).toEqual([13, 13, [0]]);
    expect(continued.carried.poisoned).toEqual([0]);
  });

  it('gives a few more than asked for where hardly any would be left, and parts nothing that may be poisoned', () => {
    expect([4, 5, 6, 10].map((count) => lengthOf(new LaneQueue(chunks([count])).take(4)))).toEqual([4, 5, 4, 4]);
    const queue = new LaneQueue(chunks([10]));
    queue.failed(queue.take()!, false);
    expect(lengthOf(queue.take(4))).toBe(10);
    const innocent = new LaneQueue(chunks([10]));
    innocent.failed(innocent.take()!, true);
    expect(lengthOf(innocent.take(4))).toBe(4);
  });

  it('gives a lane that carries others nothing that may be poisoned, or that a Message Batch has not answered', () => {
    const queue = new LaneQueue(chunks([3, 3, 3]));
    const [one, other] = [queue.take()!, queue.take()!];
    queue.failed(one, false);
    queue.putBack({ ...other, online: true }, [[0, 0]]);
    expect(queue.takeSound()).toMatchObject({ chunk: 2, places: [[0, 2]] });
    expect([queue.takeSound(), queue.isEmpty, queue.queued]).toEqual([undefined, false, 4]);
    queue.handBack(2, [[1, 1]]);
    expect(queue.takeSound()).toMatchObject({ chunk: 2, places: [[1, 1]] });
    expect([queue.take(), queue.take()]).toMatchObject([{ chunk: 0 }, { chunk: 1, online: true }]);
    // What comes back goes first.
    const fresh = new LaneQueue(chunks([3, 3]));
    fresh.take();
    fresh.handBack(0, [[1, 1]]);
    expect([fresh.takeSound(), fresh.takeSound()]).toMatchObject([{ chunk: 0 }, { chunk: 1 }]);
  });

  it('puts together again what lanes hand back of one chunk, in order, apart from what may be poisoned', () => {
    const queue = new LaneQueue(chunks([6, 6]));
    const one = queue.take()!;
    queue.take();
    queue.failed({ ...one, places: [[0, 0]] }, false);
    queue.handBack(1, [[0, 0]]);
    queue.handBack(0, [[4, 5]]);
    queue.handBack(0, [[1, 2]]);
    queue.handBack(0, []);
    expect(queue.queued).toBe(6);
    expect([queue.take(), queue.take(), queue.take(), queue.take()]).toEqual([
      { chunk: 0, places: [[0, 0]], failures: 1 },
      { chunk: 1, places: [[0, 0]], failures: 0 },
      {
        chunk: 0,
        places: [
          [1, 2],
          [4, 5],
        ],
        failures: 0,
      },
      undefined,
    ]);
  });

  it('takes back those that are begun anew, each in its chunk, without what they had cost', () => {
    const queue = new LaneQueue(chunks([3, 3, 3]));
    while (queue.take() !== undefined);
    queue.begun({ underWay: [[1, 2]] });
    queue.beginAnew([1, 3, 8]);
    expect(queue.queued).toBe(3);
    const works = [queue.take()!, queue.take()!, queue.take()!];
    expect(works.map(({ chunk, places }) => [chunk, ...places])).toEqual([
      [0, [1, 1]],
      [1, [0, 0]],
      [2, [2, 2]],
    ]);
    expect(queue.begunBefore(works[0]!)).toEqual({});
    expect(queue.begunBefore({ ...works[0]!, places: [[2, 2]] })).toEqual({ begunBefore: { underWay: [[2, 2]] } });
  });

  it('knows which documents wait, and where each is', () => {
    const queue = new LaneQueue(chunks([3, 3]));
    const work = queue.take()!;
    queue.putBack(work, [[1, 2]]);
    expect([queue.has(0, 0), queue.has(0, 1), queue.has(0, 2), queue.has(1, 0)]).toEqual([false, true, true, true]);
    queue.take();
    // What waits of one chunk is none of the other's.
    queue.putBack(queue.take()!, [[0, 0]]);
    expect([queue.has(1, 0), queue.has(0, 0)]).toEqual([true, false]);
    queue.take();
    expect([queue.has(0, 1), queue.has(1, 0), queue.isEmpty]).toEqual([false, false, true]);
    expect([0, 2, 3, 6].map((index) => queue.placeOf(index))).toEqual([
      { chunk: 0, place: 0 },
      { chunk: 0, place: 2 },
      { chunk: 1, place: 0 },
      { chunk: 2, place: 0 },
    ]);
  });
});

it('finds places among others, in ascending order', () => {
  const others = [
    [0, 3],
    [7, 7],
  ] as [number, number][];
  expect(
    among(others, [
      [7, 8],
      [2, 5],
    ]),
  ).toEqual([
    [2, 3],
    [7, 7],
  ]);
});

describe('lanes that begin together', () => {
  const told = (counts: readonly number[], runners: number, paceMs?: number) => {
    const queue = new LaneQueue(chunks(counts));
    const size = () => (paceMs === undefined ? Infinity : 2);
    const around = { queue, runners: { size: runners, laneSize: size } as unknown as LaneRunners };
    const more = new MoreForLanes(around as unknown as MoreForLanes['around']);
    return Array.from({ length: runners }, (_, at) => more.toldTo(queue.take(size())!, runners - 1 - at).asksForMore);
  };

  it('ask for nothing where they carry all that there is', () => {
    expect(told([25, 25, 25, 25], 4)).toEqual(['later', 'later', 'later', 'later']);
    expect(told([25, 25, 25, 25, 25], 4)).toEqual(['now', 'now', 'now', 'now']);
  });

  it('ask where they are given a share of it', () => {
    expect(told([25, 25], 2, 1_000)).toEqual(['now', 'now']);
  });
});
