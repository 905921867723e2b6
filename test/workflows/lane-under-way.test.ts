import { describe, expect, it } from 'vitest';

import { fromRanges, noTally, toRanges } from '../../src/contract/lanes.js';
import { LanesUnderWay, LaneUnderWay } from '../../workflows/wide/lane-under-way.js';

const report = (...indices: number[]) => ({
  blob: { sha256: '', bytes: 0 },
  tally: noTally,
  indices: toRanges(indices),
});

/** A lane of chunks of ten documents: at first the places 2 to 5 of the second, since then the first two of the fourth. */
function laneOf(token?: string): LaneUnderWay {
  const first = { chunk: 1, places: toRanges([2, 3, 4, 5]), failures: 1 };
  const lane = new LaneUnderWay({ width: 2 }, (chunk) => 10 * chunk, first, token);
  lane.give({ chunk: 3, places: toRanges([0, 1]), failures: 0 });
  return lane;
}

const has = (lane: LaneUnderWay) => Array.from({ length: 50 }, (_, index) => index).filter((index) => lane.has(index));

describe('a lane under way', () => {
  it('carries what it was given, at first and since, as indices among all (LaneUnderWay-1)', () => {
    const lane = laneOf();
    expect(lane.given).toEqual([12, 13, 14, 15, 30, 31]);
    expect(has(lane)).toEqual(lane.given);
    expect(lane.hasEnded).toBe(false);
  });

  it('has no longer what has ended, knows what that cost, and keeps the rest in the parts that it was given', () => {
    const lane = laneOf();
    lane.ended(report(13), 0.25);
    lane.ended(report(30, 31), 0.5);
    expect([lane.hasEnded, lane.spentUsd]).toEqual([true, 0.75]);
    expect(has(lane)).toEqual([12, 14, 15]);
    expect(lane.unended).toEqual([
      {
        chunk: 1,
        places: [
          [2, 2],
          [4, 5],
        ],
        failures: 1,
      },
    ]);
    expect(lane.given).toEqual([12, 13, 14, 15, 30, 31]);
  });

  it('hands back what it has and has not ended: places of its own chunk, indices of others', () => {
    const lane = laneOf();
    lane.ended(report(15, 31), 0);
    // Of 31 it had told already; 2 and 40 it never had.
    const taken = lane.takeOut({ left: toRanges([4, 5]), leftOfMore: toRanges([2, 30, 31, 40]) });
    expect(taken.map(({ chunk, places }) => [chunk, fromRanges(places)])).toEqual([
      [1, [4]],
      [3, [0]],
    ]);
    expect(has(lane)).toEqual([12, 13]);
    expect(lane.given).toEqual([12, 13, 15, 31]);
    expect(lane.takeOut({ left: [] })).toEqual([]);
  });

  it('has again what has failed there and begins anew, each part in ascending order', () => {
    const lane = laneOf();
    lane.ended(report(12, 13, 14, 15, 30, 31), 0);
    expect(lane.unended).toEqual([]);
    lane.give({
      chunk: 1,
      places: [
        [5, 5],
        [2, 3],
      ],
      failures: 0,
    });
    expect(has(lane)).toEqual([12, 13, 15]);
    expect(lane.unended.at(-1)?.places).toEqual([
      [2, 3],
      [5, 5],
    ]);
  });
});

it('is meant by a message with its number, and its token where there is one (LaneUnderWay-2)', () => {
  const lane = laneOf('mine');
  const lanes = new LanesUnderWay([[4, lane]]);
  expect(lanes.named({ lane: 4, token: undefined })).toBe(lane);
  expect(lanes.named({ lane: 4, token: 'mine' })).toBe(lane);
  expect(lanes.named({ lane: 4, token: 'of the former execution' })).toBeUndefined();
  expect([lanes.named({ lane: 5, token: undefined }), lanes.named({ lane: 5, token: 'mine' })]).toEqual([
    undefined,
    undefined,
  ]);
});
