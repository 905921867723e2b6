import { describe, expect, it } from 'vitest';

import { RateBucket } from '../../../src/model/limiter/rate-bucket.js';
import type { BucketReading } from '../../../src/model/limiter/rate-headers.js';

/** A limit of 600 a minute, of which ten come back each second. */
const reading = (remaining: number, more: Partial<BucketReading> = {}): BucketReading => ({
  limit: 600,
  remaining,
  roundedBy: 0.5,
  fullInMs: (600 - remaining) * 100,
  ...more,
});
const bucket = (remaining: number, more?: Partial<BucketReading>) => new RateBucket(reading(remaining, more), 0);

/** Milliseconds from now at which calls that cost as much leave, where each leaves as soon as it may. */
function leaving(from: RateBucket, count: number, cost = 1, spread = 1): number[] {
  let nowMs = 0;
  return Array.from({ length: count }, () => {
    for (let waits = from.msUntil(cost, cost, nowMs); waits > 0; waits = from.msUntil(cost, cost, nowMs))
      nowMs += waits;
    from.take(cost, spread, nowMs);
    return nowMs;
  });
}

describe('a limit', () => {
  it('has what was left of it, less what was taken, and what has come back since, to a minute’s worth (RateBucket-1)', () => {
    const limit = bucket(100);
    expect([0, 10_000, 50_000, 90_000].map((nowMs) => limit.level(nowMs))).toEqual([100, 200, 600, 600]);
    expect([0, 10_000, 90_000].map((nowMs) => limit.msUntilFull(nowMs))).toEqual([50_000, 40_000, 0]);
    limit.take(30, 1, 10_000);
    expect([limit.level(10_000), limit.level(11_000), limit.taken]).toEqual([170, 180, 30]);
    limit.correct(-10, 11_000);
    expect([limit.level(11_000), limit.taken, limit.limit]).toEqual([190, 20, 600]);
    limit.take(0, 1, 100_000);
    expect(limit.level(100_000)).toBe(600);
    limit.correct(-50, 100_000);
    expect(limit.level(100_000), 'what is given back fits in').toBe(600);
  });

  it('holds less than a minute’s worth where it is full sooner, and one call at least', () => {
    expect(bucket(20, { fullInMs: 3_000 }).level(60_000)).toBe(50);
    expect(bucket(20, { fullInMs: 0 }).level(60_000)).toBe(20);
    expect(bucket(0, { fullInMs: 0 }).level(60_000)).toBe(1);
    expect(bucket(500, { fullInMs: 3_600_000 }).level(600_000)).toBe(600);
  });

  it('lets calls leave as they come while more is left than four seconds bring back, and sixteen calls take', () => {
    const much = bucket(600);
    expect(leaving(much, 500).at(-1)).toBe(0);
    expect(
      [bucket(41), bucket(40)].map((each) => (each.take(0, 1, 0), each.take(1, 1, 0), each.msUntil(1, 1, 0))),
    ).toEqual([expect.closeTo(100, 5), expect.closeTo(102.56, 1)]);
    const dear = bucket(600);
    // Sixteen calls of 20 are 320.
    expect(leaving(dear, 14, 20).at(-1)).toBe(0);
    expect(dear.msUntil(20, 20, 0)).toBeGreaterThan(0);
    const dearest = bucket(600);
    // But three quarters of the limit at most.
    expect(leaving(dearest, 3, 50).at(-1)).toBe(0);
    expect(dearest.msUntil(50, 50, 0)).toBeGreaterThan(0);
  });

  it('is used at a pace by what is left below that: half of it where half is left (RateBucket-3)', () => {
    const half = bucket(21);
    half.take(1, 1, 0);
    expect(half.msUntil(1, 1, 0)).toBeCloseTo(200);
    expect(half.msUntil(1, 1, 150)).toBeLessThan(50);
    half.take(1, 1.5, 0);
    expect(half.msUntil(1, 1, 0), 'and no two processes march in step').toBeCloseTo((1.5 * 100 * 40) / 19);
    // An empty one is still seen to fill.
    const empty = bucket(1);
    empty.take(1, 1, 0);
    expect(empty.msUntil(1, 1, 0)).toBeCloseTo(2_000);
  });

  it('settles where a process sends just what comes back', () => {
    const times = leaving(bucket(30), 300);
    const perMinute = (200 / (times.at(-1)! - times.at(-201)!)) * 60_000;
    expect(perMinute).toBeGreaterThan(590);
    expect(perMinute).toBeLessThan(601);
  });

  it('lets the first call leave at once, and one that needs more than is left when it is there', () => {
    expect(bucket(5).msUntil(1, 1, 0)).toBe(0);
    expect(bucket(5).msUntil(8, 1, 0)).toBe(300);
    expect(bucket(5).msUntil(8, 1, 200)).toBe(100);
  });

  it('lets a call leave that is larger than all of it once it is full (RateBucket-4)', () => {
    const limit = bucket(500);
    expect(limit.msUntil(10_000, 10_000, 0)).toBe(10_000);
    expect(limit.msUntil(10_000, 10_000, 10_000)).toBe(0);
  });

  it('has room for as many calls as may leave within a time', () => {
    expect(bucket(100).room(1, 0, 0)).toBe(60);
    expect(bucket(100).room(1, 500, 0)).toBe(65);
    expect(bucket(100).room(3, 0, 0)).toBe(17);
    expect(bucket(41).room(1, 0, 0)).toBe(1);
    expect(bucket(100).room(0, 0, 0)).toBe(60);
    expect(bucket(5).room(1, 0, 0), 'the first').toBe(1);
    const paced = bucket(21);
    paced.take(1, 1, 0);
    expect([199, 201].map((withinMs) => paced.room(1, withinMs, 0))).toEqual([0, 1]);
  });
});

describe('a reading', () => {
  it('that is as fresh as can be is believed, within what it is rounded by', () => {
    const limit = bucket(600);
    limit.read(reading(300, { roundedBy: 5 }), 0, 0, 0);
    expect(limit.level(0)).toBe(305);
    limit.read(reading(400, { roundedBy: 5 }), 0, 0, 0);
    expect(limit.level(0)).toBe(395);
    limit.read(reading(398, { roundedBy: 5 }), 0, 0, 0);
    expect(limit.level(0)).toBe(395);
  });

  it('may not know of what has left since its call, less what came back meanwhile', () => {
    const limit = bucket(600);
    limit.take(100, 1, 0);
    // 100 have left since, of which ten are back after a second.
    limit.read(reading(600, { roundedBy: 0 }), 100, 1_000, 1_000);
    expect(limit.level(1_000)).toBe(510);
    const late = bucket(600);
    late.take(100, 1, 0);
    late.read(reading(600, { roundedBy: 0 }), 100, 20_000, 1_000);
    expect(late.level(1_000), 'all of it is back').toBe(600);
  });

  it('of another limit takes its place, and what it holds', () => {
    const limit = bucket(600);
    limit.read({ limit: 60, remaining: 30, roundedBy: 0, fullInMs: 30_000 }, 0, 0, 0);
    expect([limit.limit, limit.level(0), limit.level(600_000)]).toEqual([60, 30, 60]);
    expect(limit.level(30_000)).toBeLessThan(60);
    limit.read({ limit: 6_000, remaining: 3_000, roundedBy: 0, fullInMs: 30_000 }, 0, 0, 600_000);
    expect(limit.level(700_000)).toBe(6_000);
  });

  it('can show that it holds more than was thought, but not less', () => {
    const limit = bucket(20, { fullInMs: 0 });
    limit.read(reading(20, { fullInMs: 1_000, roundedBy: 0 }), 0, 0, 0);
    expect(limit.level(60_000)).toBe(30);
    limit.read(reading(10, { fullInMs: 0, roundedBy: 0 }), 0, 0, 60_000);
    expect(limit.level(120_000)).toBeCloseTo(30);
  });

  it('that shows what others take is taken for what they go on to take, for a while (RateBucket-2)', () => {
    const limit = bucket(600);
    const read = (remaining: number, nowMs: number) => limit.read(reading(remaining, { roundedBy: 0 }), 0, 0, nowMs);
    read(100, 1_000);
    // Others took what came back and 500 more: it is believed that they take all that comes back, and no more.
    expect(limit.level(1_000)).toBe(100);
    expect(limit.level(2_000)).toBeCloseTo(100.5, 0);
    expect(limit.level(2_000)).toBeLessThan(101);
    // It fades within some ten seconds.
    expect(limit.level(31_000) - limit.level(30_000)).toBeGreaterThan(9);
    expect(limit.level(11_000) - limit.level(10_000)).toBeCloseTo(10 * (1 - 0.387), 1);
    const slow = bucket(600);
    slow.read(reading(590, { roundedBy: 0 }), 0, 0, 1_000);
    // Three of the ten, and then by e^-0.1 less.
    expect(slow.level(2_000) - 590).toBeCloseTo(10 - 3 * 0.9516, 2);
    slow.read(reading(597.15, { roundedBy: 0 }), 0, 0, 2_000);
    expect(slow.level(3_000)).toBeCloseTo(600, 0);
  });

  it('that shows more than was expected tells that others have ceased', () => {
    const limit = bucket(600);
    limit.read(reading(300, { roundedBy: 0 }), 0, 0, 1_000);
    limit.read(reading(320, { roundedBy: 0 }), 0, 0, 2_000);
    const taken = 330 - limit.level(3_000);
    limit.read(reading(400, { roundedBy: 0 }), 0, 0, 3_000);
    expect(taken).toBeGreaterThan(0);
    expect(limit.level(4_000), 'nobody puts in').toBeCloseTo(410);
  });

  it('later on forgets what others took before', () => {
    const from = 1_000_000;
    const limit = new RateBucket(reading(300), from);
    limit.read(reading(300, { roundedBy: 0 }), 0, 0, from + 1_000);
    limit.read(reading(limit.level(from + 11_000), { roundedBy: 0 }), 0, 0, from + 11_000);
    // Three a second at first, and a third of that ten seconds later.
    expect(limit.level(from + 12_000) - limit.level(from + 11_000)).toBeCloseTo(10 - 3 * 0.368 * 0.952, 1);
  });

  it('soon after another one says little of a pace', () => {
    const limit = bucket(300);
    limit.read(reading(299, { roundedBy: 0 }), 0, 0, 0);
    limit.read(reading(298, { roundedBy: 0 }), 0, 0, 1);
    // Two in 250 ms, of which three tenths are believed: 2.4 a second, not hundreds.
    expect(308 - limit.level(1_001)).toBeCloseTo(2.3, 1);
  });

  it('that lies a while back counts what others take as less', () => {
    const limit = bucket(600);
    limit.read(reading(590, { roundedBy: 0 }), 100, 1_000, 1_000);
    expect(limit.level(1_000)).toBe(590);
    limit.take(100, 1, 1_000);
    // Seven of the ten that come back in a second are left to this process.
    limit.read(reading(590, { roundedBy: 0 }), 100, 1_000, 1_000);
    expect(limit.level(1_000)).toBeLessThanOrEqual(500);
  });
});
