import { describe, expect, it } from 'vitest';

import { Limiters } from '../../../src/model/limiter/limiters.js';
import type { CallOutcome } from '../../../src/model/limiter/permit.js';
import type { LimiterSettings } from '../../../src/model/limiter/settings.js';
import { VirtualClock } from './virtual-clock.js';

const [sonnet, opus] = ['claude-sonnet-5-5', 'claude-opus-5-5'];
const answered: CallOutcome = {
  is: 'answered',
  usage: { inputTokens: 10, outputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0 },
};
const throttled: CallOutcome = { is: 'throttled', kind: 'rate', retryAfterMs: 10_000 };

function open(more: Partial<LimiterSettings> = {}) {
  const clock = new VirtualClock();
  const limiters = new Limiters({ ceiling: 100, clock, random: () => 0, ...more });
  /** A lane of so many branches, whose calls the test makes. */
  const lane = (wanted: number, key = 'run') => {
    const seat = {
      share: { key },
      wanted,
      allowed: wanted,
      begun: 0,
      begin: () => void ((seat.begun += 1), (seat.wanted -= 1)),
    };
    limiters.turns.join(seat);
    return seat;
  };
  return { clock, limiters, lane };
}

describe('the limiters of an API', () => {
  it('have room for the first calls before it is known of which model they are', async () => {
    const { limiters, lane } = open();
    expect([limiters.room(), limiters.msUntilRoom()]).toEqual([4, Infinity]);
    expect(open({ firstCap: 7 }).limiters.room()).toBe(7);
    expect(open({ ceiling: 2 }).limiters.room()).toBe(2);
    expect(lane(10).begun).toBe(4);
    expect(open({ firstCap: 7 }).lane(10).begun).toBe(7);
    expect([limiters.turns.cap, limiters.inFlight, limiters.waiting]).toEqual([4, 0, 6]);
  });

  it('are one for each class of models, and add up', async () => {
    const { limiters } = open({ ceiling: 4 });
    expect(limiters.of(sonnet)).toBe(limiters.of('claude-sonnet-4-5'));
    for (const model of [sonnet, sonnet, opus]) await limiters.of(model).dispatch({});
    expect([limiters.inFlight, limiters.waiting]).toEqual([3, 0]);
    // Of four calls each, two and three of which are free.
    expect(limiters.room()).toBe(2 + 3);
    expect(limiters.turns.cap).toBe(8);
    for (let call = 0; call < 5; call += 1) void limiters.of(sonnet).dispatch({ ofLane: call > 1 });
    expect([limiters.inFlight, limiters.waiting, limiters.waitingTasks]).toEqual([5, 3, 0]);
    for (let call = 0; call < 2; call += 1) void limiters.of(sonnet).dispatch({});
    expect([limiters.waiting, limiters.waitingTasks]).toEqual([5, 2]);
    expect(limiters.snapshot().map(({ modelClass, inFlight }) => [modelClass, inFlight])).toEqual([
      ['sonnet', 4],
      ['opus', 1],
    ]);
  });

  it('tell whoever listens, after lanes and tasks have had theirs', async () => {
    const { limiters, lane } = open();
    const [permit] = await Promise.all(Array.from({ length: 4 }, () => limiters.of(sonnet).dispatch({})));
    const seat = lane(20);
    const before = seat.begun;
    const begunThen: number[] = [];
    limiters.onRoom(() => void begunThen.push(seat.begun));
    permit!.end(answered);
    expect(begunThen).toEqual([seat.begun]);
    expect(seat.begun).toBeGreaterThan(before);
  });

  it('hand out slots as soon as there is room, beside what waits here', async () => {
    const { clock, limiters } = open({ ceiling: 1 });
    const permit = await limiters.of(sonnet).dispatch({});
    let slots = 0;
    for (let task = 0; task < 2; task += 1) {
      void limiters.slots.acquire(new AbortController().signal).then((slot) => {
        slots += 1;
        slot.use();
      });
    }
    await clock.pass(0);
    expect(slots).toBe(0);
    permit.release();
    await clock.pass(0);
    expect(slots).toBe(1);
  });

  it('have room again as soon as one of them has', async () => {
    const { limiters } = open();
    for (const model of [sonnet, opus])
      (await limiters.of(model).dispatch({})).end({ ...throttled, retryAfterMs: model === opus ? 3_000 : 9_000 });
    expect([limiters.room(), limiters.msUntilRoom()]).toEqual([0, 3_000]);
  });
});

describe('tasks beside lanes that take all the room', () => {
  it('are sought by a tenth of the calls at once, and two at least', () => {
    const aside = (firstCap: number) => {
      const { limiters, lane } = open({ firstCap });
      limiters.of(sonnet);
      lane(1_000);
      return limiters.aside;
    };
    expect([1, 2, 4, 20, 30, 31].map((cap) => aside(cap))).toEqual([1, 2, 2, 2, 3, 4]);
  });

  it('are not sought where lanes want nothing more, or while the API has the process pause', async () => {
    const { limiters, lane } = open();
    lane(2);
    await limiters.of(sonnet).dispatch({});
    expect([limiters.aside, limiters.lanes]).toEqual([0, 1]);
    lane(50);
    expect([limiters.aside, limiters.lanes]).toEqual([2, 2]);
    (await limiters.of(opus).dispatch({})).end(throttled);
    expect(limiters.aside).toBe(0);
  });
});

describe('a lane that its process has no use for', () => {
  it('keeps it from seeking others, until one has ended, and for a second after it gave up', async () => {
    const { clock, limiters, lane } = open();
    limiters.of(sonnet);
    const may = () => {
      const slot = limiters.slots.tryAcquire();
      slot?.release();
      return slot !== undefined;
    };
    const [first] = Array.from({ length: 4 }, () => lane(50));
    expect(may()).toBe(true);
    lane(50);
    expect(may()).toBe(false);
    limiters.turns.leave(first!);
    expect(may()).toBe(true);
    limiters.turns.gaveUp(50);
    await clock.pass(999);
    expect(may()).toBe(false);
    await clock.pass(1);
    expect(may()).toBe(true);
  });
});

describe('branches of lanes', () => {
  it('have their turn though calls of tasks wait', async () => {
    const { limiters, lane } = open();
    for (let call = 0; call < 8; call += 1) void limiters.of(sonnet).dispatch({});
    expect([limiters.inFlight, limiters.waitingTasks]).toEqual([4, 4]);
    expect(lane(20).begun).toBe(5);
  });

  it('are begun as far ahead as is of use, less the calls of lanes that cannot leave', async () => {
    const { limiters, lane } = open({ firstCap: 8 });
    limiters.of(sonnet);
    const seat = lane(100);
    // A quarter of eight is two.
    expect(seat.begun).toBe(10);
    for (let call = 0; call < 10; call += 1) void limiters.of(sonnet).dispatch({ ofLane: true });
    expect([limiters.inFlight, seat.begun]).toEqual([8, 10]);
    // Two of tasks wait as well: they take no turn away.
    for (let call = 0; call < 2; call += 1) void limiters.of(sonnet).dispatch({});
    for (let ended = 0; ended < 10; ended += 1) limiters.turns.ended();
    expect(seat.begun).toBe(10);
  });

  it('are too much where they are more than the calls at once will be in a second', async () => {
    const { clock, limiters, lane } = open({ firstCap: 10, ceiling: 10 });
    limiters.of(sonnet);
    lane(40);
    await clock.pass(300);
    expect(limiters.turns.surplus()).toBe(30);
    const growing = open({ firstCap: 4 });
    growing.limiters.of(sonnet);
    growing.lane(40);
    await growing.clock.pass(1_000);
    // Nothing is in flight, so that nothing has grown; twice as many are soon.
    expect(growing.limiters.turns.surplus()).toBe(40 - 4 - 4);
    const paused = open({ firstCap: 10, ceiling: 10 });
    (await paused.limiters.of(sonnet).dispatch({})).end(throttled);
    paused.lane(40);
    await paused.clock.pass(1_000);
    expect(paused.limiters.turns.surplus()).toBe(0);
  });

  it('are begun when a pause is over, though nothing else happens', async () => {
    const { clock, limiters, lane } = open();
    (await limiters.of(sonnet).dispatch({})).end(throttled);
    const seat = lane(5);
    await clock.pass(9_999);
    expect(seat.begun).toBe(0);
    await clock.pass(1_001);
    expect(seat.begun).toBe(1);
  });
});
