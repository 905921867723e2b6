import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AskingForMore } from '../../activities/lane/asking-for-more.js';
import { isTooMuch, keptOf } from '../../activities/lane/kept.js';
import { LaneBranches } from '../../activities/lane/lane-branches.js';
import { LaneParts } from '../../activities/lane/lane-parts.js';
import { fromRanges } from '../../src/contract/lanes.js';
import type { LaneMore } from '../../src/contract/lane-messages.js';
import type { Lane } from '../../src/contract/lanes.js';
import type { Share } from '../../src/contract/priority.js';
import { Limiters } from '../../src/model/limiter/index.js';
import { VirtualClock } from '../model/limiter/virtual-clock.js';

/** Lanes of one worker whose calls take a second, in virtual time. */
function worker(ceiling: number) {
  const clock = new VirtualClock();
  const limiters = new Limiters({ ceiling, firstCap: ceiling, clock, random: () => 0.5 });
  const limiter = limiters.of('claude-sonnet-5-5');
  const begun: number[] = [];
  const over = new AbortController();
  const lane = (places: readonly number[], width: number, share: Share = { key: 'run' }) => {
    const branches = new LaneBranches(places, width, { turns: limiters.turns, share }, [over.signal]);
    const left = branches.run(async (place) => {
      begun.push(place);
      const permit = await limiter.dispatch({ share, ofLane: true });
      await new Promise<void>((resolve) => void clock.after(1_000, resolve));
      const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 };
      permit.end({ is: 'answered', usage });
      return true;
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
    // A worker whose lanes want more asks the task queue for few others.
    expect(limiters.slots.tryAcquire()).toBeDefined();
    expect(limiters.slots.tryAcquire()).toBeDefined();
    expect(limiters.slots.tryAcquire()).toBeUndefined();
  });

  it('of several runs share their worker alike, whatever their number, and by priority (Turns-2)', async () => {
    const { clock, lane, begun } = worker(8);
    for (let each = 0; each < 4; each += 1) lane(places(each * 1_000, 500), 12, { key: 'many' });
    await clock.pass(3_000);
    const from = begun.length;
    lane(places(10_000, 500), 12, { key: 'one' });
    await clock.pass(10_000);
    const since = begun.slice(from);
    const ofOne = since.filter((place) => place >= 10_000).length;
    expect(Math.abs(2 * ofOne - since.length)).toBeLessThanOrEqual(2);
    const urgentFrom = begun.length;
    lane(places(20_000, 20), 12, { key: 'urgent', priority: 1 });
    await clock.pass(4_000);
    const until = begun.lastIndexOf(20_019);
    // All 20 but for the one call in twenty that others are left.
    expect(until - urgentFrom).toBeLessThanOrEqual(22);
  });

  it('end with all that they have where they get no turn beside four others of their run', async () => {
    const { clock, limiters, limiter } = worker(4);
    const begun = new Set<number>();
    const lanes = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => {
      const branches = new LaneBranches(places(0, 3), 1, { turns: limiters.turns, share: { key: 'run' } }, []);
      const left = branches.run(async () => {
        begun.add(number);
        await limiter.dispatch({ ofLane: true });
        return new Promise<never>(() => {});
      });
      return { branches, left };
    });
    const given = () => lanes.filter(({ branches }) => branches.handBack() === undefined && branches.isGivenUp);
    await clock.pass(900);
    expect(given(), 'it may be their turn soon').toEqual([]);
    await clock.pass(200);
    const ended = given();
    expect(ended).toHaveLength(8 - begun.size);
    expect(begun.size).toBeLessThan(8);
    for (const { left } of ended) expect(await left).toEqual(places(0, 3));
    expect(limiters.turns.lanes).toBe(begun.size);
  });

  it('leave a narrow run its calls at once (Slots-2)', async () => {
    const { clock, limiters, limiter, lane, begun } = worker(8);
    lane(places(0, 500), 50);
    await clock.pass(2_500);
    const from = begun.length;
    const left: number[] = [];
    for (let each = 0; each < 4; each += 1) {
      void limiters.slots.acquire(new AbortController().signal).then(async (slot) => {
        slot.use();
        const permit = await limiter.dispatch({ share: { key: 'narrow' } });
        left.push(begun.length - from);
        await new Promise<void>((resolve) => void clock.after(1_000, resolve));
        permit.release();
        slot.release();
      });
    }
    await clock.pass(3_000);
    expect(left).toHaveLength(4);
    // In turns with the wide run's, eight of which leave in a second.
    expect(left[3]).toBeLessThanOrEqual(10);
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

  it('give calls at once away with the documents that they are for: none waits behind slow ones while others have room', async () => {
    const { clock, lane } = worker(10);
    // As many documents as calls at once, of which nobody knows how long they take.
    const { branches } = lane(places(0, 40), 40);
    await clock.pass(500);
    const given = branches.handBack()!;
    expect(branches.left).toBe(Math.max(0, given.width - branches.underWay.length));
    expect(given.places.length).toBe(40 - branches.underWay.length - branches.left);
  });

  it('hand nothing back while the cap still grows into what they want', async () => {
    const clock = new VirtualClock();
    const limiters = new Limiters({ ceiling: 1_000, firstCap: 20, clock, random: () => 0.5 });
    limiters.of('claude-sonnet-5-5');
    const branches = new LaneBranches(places(0, 30), 30, { turns: limiters.turns, share: { key: 'run' } }, []);
    void branches.run(() => new Promise<never>(() => {}));
    await clock.pass(900);
    expect(branches.handBack()).toBeUndefined();
  });

  it('take how long a branch takes from those that tell it: not from one that had begun elsewhere, or was cut', async () => {
    const { limiters } = worker(10);
    const branches = new LaneBranches(places(0, 3), 1, { turns: limiters.turns, share: { key: 'run' } }, []);
    const paces: (number | undefined)[] = [];
    await branches.run(async (place) => {
      paces.push(branches.paceMs);
      return place === 1;
    });
    expect(paces).toEqual([undefined, undefined, expect.any(Number)]);
    expect(branches.paceMs).toBe(paces[2]);
  });

  it('begin, hand back or leave each place once, whatever happens when (LaneBranches-1, LaneBranches-2)', async () => {
    const step = fc.constantFrom('pass', 'hand back', 'more', 'over' as const);
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 20 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 30 }),
        async (steps, count, width) => {
          const { clock, lane, begun, over } = worker(4);
          const { branches, left } = lane(places(0, count), width);
          const given: number[] = [];
          let total = count;
          let isOver = false;
          void left.then(() => (isOver = true));
          for (const what of steps) {
            if (what === 'pass') await clock.pass(700);
            else if (what === 'more') {
              if (isOver) continue;
              const more = places(total, 5);
              total += 5;
              const coming = new Promise<void>((resolve) => void clock.after(300, resolve));
              void branches.takeOn(coming.then(() => ({ places: more, width })));
            } else if (what === 'over') over.abort();
            else given.push(...(branches.handBack()?.places ?? []));
          }
          await clock.pass(120_000);
          const all = [...begun, ...given, ...(await left)].toSorted((one, other) => one - other);
          // What is on its way when nothing more is to be begun is the workflow's again.
          expect(all).toEqual(
            over.signal.aborted ? all.filter((place, at) => place === at || place >= count) : places(0, total),
          );
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('a lane that asks for more', () => {
  const lane = (asksForMore: 'now' | 'later' | undefined) => {
    const { clock, lane: begin, begun } = worker(4);
    const { branches, left } = begin(places(0, 8), 4);
    const asks: number[] = [];
    const answers: ((more: LaneMore | null) => void)[] = [];
    const handingBack = { isTelling: false };
    const asking = new AskingForMore(
      { ...(asksForMore !== undefined && { asksForMore }) },
      branches,
      handingBack,
      (number) => {
        asks.push(number);
        return new Promise((resolve, reject) =>
          answers.push((more) => (more === undefined ? reject(new Error('lost')) : resolve(more))),
        );
      },
      async ({ firstIndex, places: ranges, width }) => ({
        places: fromRanges(ranges).map((place) => firstIndex + place),
        width,
      }),
    );
    branches.onThinned(() => asking.look());
    return { clock, branches, left, begun, asks, answers, handingBack };
  };
  const more = (count: number): LaneMore => ({
    chunk: { sha256: '', bytes: 0, count: 100 },
    firstIndex: 100,
    places: [[0, count - 1]],
    width: 4,
  });

  it('does so before it runs dry, and never ends while it waits (AskingForMore-1, LaneBranches-3)', async () => {
    const { clock, left, begun, asks, answers } = lane('now');
    await clock.pass(900);
    expect(asks).toEqual([]);
    await clock.pass(200);
    expect(asks, 'as the second round is out, and nothing is left').toEqual([0]);
    let hasEnded = false;
    void left.then(() => (hasEnded = true));
    await clock.pass(2_000);
    expect(hasEnded).toBe(false);
    answers[0]!(more(2));
    await clock.pass(10);
    expect(begun.slice(8)).toEqual([100, 101]);
    expect(asks).toEqual([0, 1]);
    answers[1]!(null);
    await clock.pass(2_000);
    expect(await left).toEqual([]);
    expect(asks).toEqual([0, 1]);
  });

  it('asks again by the same number what was lost, and thrice at most', async () => {
    const { clock, left, asks, answers } = lane('now');
    for (let at = 0; at < 3; at += 1) {
      await clock.pass(1_100);
      answers[at]!(undefined as unknown as null);
    }
    await clock.pass(2_000);
    expect(asks).toEqual([0, 0, 0]);
    expect(await left).toEqual([]);
  });

  it('asks nothing while something is handed back, where it may not, or where nothing waits yet', async () => {
    const telling = lane('now');
    telling.handingBack.isTelling = true;
    const others = [lane(undefined), lane('later')];
    for (const { clock, asks, left } of [telling, ...others]) {
      await clock.pass(5_000);
      expect(asks).toEqual([]);
      expect(await left).toEqual([]);
    }
  });
});

it('tells documents of its first chunk by their places, and others by their indices', () => {
  const chunk = { sha256: '', bytes: 0, count: 10 };
  const parts = new LaneParts({ chunk, firstIndex: 20 } as Lane);
  expect(parts.told([22, 21, 40])).toEqual({ left: [[1, 2]], leftOfMore: [[40, 40]] });
  expect(parts.told([29])).toEqual({ left: [[9, 9]] });
});

it('keeps some seconds of work where its worker is full, and some more where it has far too much', () => {
  expect(keptOf({ width: 10, left: 500, paceMs: 1_000 }, true)).toBe(40);
  expect(keptOf({ width: 10, left: 500, paceMs: 1_000 }, false)).toBe(200);
  expect(keptOf({ width: 10, left: 500, paceMs: undefined }, true)).toBe(10);
  expect(keptOf({ width: 10, left: 500, paceMs: 60_000 }, true)).toBe(10);
  expect(isTooMuch({ width: 10, left: 200, paceMs: 1_000 })).toBe(false);
  expect(isTooMuch({ width: 10, left: 400, paceMs: 1_000 })).toBe(true);
  expect(isTooMuch({ width: 10, left: 400, paceMs: undefined })).toBe(false);
});
