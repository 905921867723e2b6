import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isTooMuch, keptOf } from '../../activities/lane/kept.js';
import { LaneBranches } from '../../activities/lane/lane-branches.js';
import { Limiters } from '../../src/model/limiter/index.js';
import { VirtualClock } from '../model/limiter/virtual-clock.js';

/** Lanes of one worker whose calls take a second, in virtual time. */
function worker(ceiling: number) {
  const clock = new VirtualClock();
  const limiters = new Limiters({ ceiling, firstCap: ceiling, clock, random: () => 0.5 });
  const limiter = limiters.of('claude-sonnet-5-5');
  const begun: number[] = [];
  const over = new AbortController();
  const lane = (places: readonly number[], width: number) => {
    const branches = new LaneBranches(places, width, limiters.turns, [over.signal]);
    const left = branches.run(async (place) => {
      begun.push(place);
      const permit = await limiter.dispatch({});
      await new Promise<void>((resolve) => void clock.after(1_000, resolve));
      const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 };
      permit.end({ is: 'answered', usage });
    });
    return { branches, left };
  };
  return { clock, limiters, limiter, begun, over, lane };
}

const places = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);

describe('lanes of a worker', () => {
  it('begin no more branches than can leave soon, and share them (Turns-1, Turns-2)', async () => {
    const { clock, limiter, lane, begun, limiters } = worker(10);
    lane(places(0, 100), 50);
    lane(places(100, 100), 50);
    await clock.pass(100);
    expect(limiter.inFlight).toBe(10);
    expect(begun.length).toBeLessThanOrEqual(13);
    await clock.pass(2_500);
    expect(begun.filter((place) => place >= 100).length).toBeGreaterThanOrEqual(5);
    // A worker whose lanes want more asks the task queue for nothing.
    expect(limiters.slots.tryAcquire()).toBeUndefined();
  });

  it('hand back what a full worker has no turn for, and keep all of its slots in use', async () => {
    const { clock, limiter, lane } = worker(10);
    const { branches } = lane(places(0, 200), 40);
    expect(branches.handBack()).toBeUndefined();
    await clock.pass(500);
    const given = branches.handBack()!;
    expect(given.width).toBeGreaterThanOrEqual(10);
    expect(given.width).toBeLessThanOrEqual(11);
    expect(given.places.length).toBeGreaterThan(100);
    await clock.pass(500);
    expect(branches.handBack()).toBeUndefined();
    expect(limiter.inFlight).toBe(10);
  });

  it('hand nothing back while the cap still grows into what they want', async () => {
    const clock = new VirtualClock();
    const limiters = new Limiters({ ceiling: 1_000, firstCap: 20, clock, random: () => 0.5 });
    limiters.of('claude-sonnet-5-5');
    const branches = new LaneBranches(places(0, 30), 30, limiters.turns, []);
    void branches.run(() => new Promise<never>(() => {}));
    await clock.pass(900);
    expect(branches.handBack()).toBeUndefined();
  });

  it('begin, hand back or leave each place once, whatever happens when (LaneBranches-1, LaneBranches-2)', async () => {
    const step = fc.constantFrom('pass', 'hand back', 'over' as const);
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 20 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 30 }),
        async (steps, count, width) => {
          const { clock, lane, begun, over } = worker(4);
          const { branches, left } = lane(places(0, count), width);
          const given: number[] = [];
          for (const what of steps) {
            if (what === 'pass') await clock.pass(700);
            else if (what === 'over') over.abort();
            else given.push(...(branches.handBack()?.places ?? []));
          }
          await clock.pass(120_000);
          const all = [...begun, ...given, ...(await left)].toSorted((one, other) => one - other);
          expect(all).toEqual(places(0, count));
        },
      ),
      { numRuns: 40 },
    );
  });
});

it('keeps some seconds of work where its worker is full, and some more where it has far too much', () => {
  expect(keptOf({ width: 10, left: 500, paceMs: 1_000 }, true)).toBe(80);
  expect(keptOf({ width: 10, left: 500, paceMs: 1_000 }, false)).toBe(200);
  expect(keptOf({ width: 10, left: 500, paceMs: undefined }, true)).toBe(40);
  expect(keptOf({ width: 10, left: 500, paceMs: 60_000 }, true)).toBe(10);
  expect(isTooMuch({ width: 10, left: 200, paceMs: 1_000 })).toBe(false);
  expect(isTooMuch({ width: 10, left: 400, paceMs: 1_000 })).toBe(true);
  expect(isTooMuch({ width: 10, left: 400, paceMs: undefined })).toBe(false);
});
