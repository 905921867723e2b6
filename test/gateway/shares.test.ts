import { expect, it } from 'vitest';

import { sharesOf } from '../../src/gateway/server/shares.js';

const idle = { inFlight: 0, out: 0, wants: 0 };

it('gives room to those who want it, evenly, and what one does not want to the others', () => {
  expect(sharesOf(10, [{ ...idle, wants: 2 }, { ...idle, wants: 20 }, idle])).toEqual([2, 8, 0]);
  expect(
    sharesOf(9, [
      { ...idle, wants: 20 },
      { ...idle, wants: 20 },
      { ...idle, wants: 20 },
    ]),
  ).toEqual([3, 3, 3]);
});

it('counts calls in flight beside the room, and tasks whose calls are not out yet in it', () => {
  const busy = { inFlight: 5, out: 7, wants: 3 };
  expect(sharesOf(4, [busy, { ...idle, wants: 3 }])).toEqual([7, 2]);
});

it('gives the odd one to one after the other', () => {
  const all = [1, 2, 3].map(() => ({ ...idle, wants: 1 }));
  expect([0, 1, 2, 3].map((turn) => sharesOf(1, all, turn))).toEqual([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [1, 0, 0],
  ]);
});

it('never gives more than there is, but for calls in flight', () => {
  for (let room = 0; room < 20; room += 1) {
    const demands = [3, 1, 7, 0].map((wants, at) => ({ inFlight: at, out: at + (at % 2), wants }));
    const given = sharesOf(room, demands).map((share, at) => share - demands[at]!.inFlight);
    expect(given.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(room);
    expect(Math.min(...given)).toBeGreaterThanOrEqual(0);
  }
});

it('gives room to higher priorities first, evenly within one, and the rest to what nobody knows yet (Shares-3)', () => {
  const urgent = { ...idle, wants: 6, by: [[1, 6]] as const };
  const usual = { ...idle, wants: 20, by: [[3, 17]] as const };
  expect(sharesOf(4, [usual, urgent])).toEqual([0, 4]);
  expect(sharesOf(10, [usual, urgent, usual])).toEqual([2, 6, 2]);
  expect(
    sharesOf(9, [
      {
        ...idle,
        wants: 9,
        by: [
          [1, 3],
          [3, 6],
        ] as const,
      },
      usual,
    ]),
  ).toEqual([6, 3]);
});
