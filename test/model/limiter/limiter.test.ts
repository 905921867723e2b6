import { describe, expect, it } from 'vitest';

import { answered, open, throttled, withLeft } from './one-limiter.js';

describe('the room of a limiter', () => {
  it('is a tenth beyond the calls at once, and a quarter for branches of lanes, which may go beyond the ceiling', async () => {
    const { limiter } = await open({ firstCap: 40 }, 10);
    expect([limiter.room(), limiter.roomForTurns()]).toEqual([34, 40]);
    const small = await open({ firstCap: 4 }, 0);
    expect([small.limiter.room(), small.limiter.roomForTurns()]).toEqual([5, 5]);
    const full = await open({ ceiling: 10, firstCap: 10 }, 10);
    expect([full.limiter.room(), full.limiter.roomForTurns()]).toEqual([0, 3]);
  });

  it('is never less than none', async () => {
    const { limiter, permits } = await open({ firstCap: 40 }, 40);
    for (let refused = 0; refused < 3; refused += 1) permits[refused]!.end({ is: 'overloaded' });
    expect(limiter.cap).toBe(28);
    expect([limiter.room(), limiter.roomForTurns()]).toEqual([0, 0]);
  });

  it('is none while a gate is closed, one call when it is not, and all again once that was let in', async () => {
    const { clock, limiter, permits } = await open({ firstCap: 8 }, 1);
    expect(limiter.isPaused).toBe(false);
    permits[0]!.end(throttled(10_000));
    expect([limiter.isPaused, limiter.room(), limiter.roomForTurns()]).toEqual([true, 0, 0]);
    expect(limiter.msUntilRoom()).toBe(10_000);
    await clock.pass(10_000);
    expect([limiter.isPaused, limiter.room(), limiter.roomForTurns()]).toEqual([true, 1, 1]);
    const first = await limiter.dispatch({});
    expect([limiter.room(), limiter.msUntilRoom()]).toEqual([0, 1_000]);
    first.end(answered);
    expect(limiter.isPaused).toBe(false);
    expect(limiter.room()).toBeGreaterThan(0);
  });

  it('is the ceiling where all are turned away, so that those in the queue are told', async () => {
    const { limiter, permits } = await open({}, 1);
    permits[0]!.end({ is: 'key-refused', reason: 'no such key' });
    expect([limiter.room(), limiter.roomForTurns()]).toEqual([100, 100]);
  });

  it('is what the limits of the API let leave within a fifth of a second', async () => {
    const { limiter, permits } = await open({ firstCap: 40 }, 1);
    permits[0]!.end(withLeft(60));
    // Sixty less forty, and two come back.
    expect(limiter.room()).toBe(22);
    const next = await limiter.dispatch({});
    next.end(withLeft(1));
    expect(limiter.room()).toBe(0);
    // The next may leave in a second, and is taken on a fifth before.
    expect(limiter.msUntilRoom()).toBeCloseTo(800);
  });

  it('comes with growth, which is told', async () => {
    const { clock, limiter } = await open({ firstCap: 4 }, 4);
    expect(limiter.growth()).toBe(4);
    const ms = limiter.msUntilRoom();
    expect(ms).toBeGreaterThan(0);
    expect(ms).toBeLessThanOrEqual(400);
    await clock.pass(ms);
    limiter.room();
    expect(limiter.cap).toBe(5);
  });

  it('is told to whoever listens whenever it may have come or gone', async () => {
    const { clock, limiter } = await open({ firstCap: 1 });
    let told = 0;
    limiter.onRoom(() => void (told += 1));
    const permit = await limiter.dispatch({});
    expect(told).toBe(1);
    const abort = new AbortController();
    const waits = limiter.dispatch({}, abort.signal).catch(() => 'aborted');
    expect(told).toBe(2);
    abort.abort(new Error('no longer wanted'));
    expect(told).toBe(3);
    permit.end(answered);
    expect(told).toBe(4);
    await waits;
    await clock.pass(0);
  });
});

describe('what changes', () => {
  it('is told with the reason when the calls at once have doubled, and when a gate opens', async () => {
    const { clock, limiter, changes, permits } = await open({ firstCap: 4 }, 4);
    for (let caller = 0; caller < 100; caller += 1) void limiter.dispatch({}).then((permit) => permits.push(permit));
    await clock.pass(900);
    expect(changes).toEqual([]);
    await clock.pass(200);
    expect(changes).toEqual([
      {
        modelClass: 'sonnet',
        atMs: expect.any(Number),
        what: 'cap',
        reason: 'all of it was used, and nothing refused',
        cap: 8,
      },
    ]);
    await clock.pass(1_100);
    expect(changes).toHaveLength(2);
    changes.length = 0;
    permits[0]!.end(throttled(1_000));
    expect(changes.map(({ what, reason }) => [what, reason])).toEqual([
      ['gate', 'closed: the API answered 429 and asked for 1 s.'],
    ]);
    await clock.pass(2_600);
    expect(changes.slice(1).map(({ what, reason }) => [what, reason])).toEqual([
      ['gate', 'open: the first call was let in'],
    ]);
  });

  it('is all in the snapshot', async () => {
    const { limiter, permits } = await open({ ceiling: 3, firstCap: 3 }, 3);
    void limiter.dispatch({});
    expect(limiter.snapshot()).toEqual({
      modelClass: 'sonnet',
      ceiling: 3,
      cap: 3,
      inFlight: 3,
      learned: 3,
      waiting: 1,
      sent: 3,
      throttled: 0,
      overloaded: 0,
      gate: { is: 'open' },
      buckets: [],
    });
    permits[0]!.end(withLeft(600));
    expect(limiter.snapshot()).toMatchObject({ sent: 4, waiting: 0, buckets: [{ name: 'requests', limit: 600 }] });
  });
});

describe('an API that lets nothing through', () => {
  it('is given up by those whose time is over, by those who come, and in the queue, until it answers', async () => {
    const { clock, limiter } = await open({ ceiling: 5 });
    const bound = { sinceMs: clock.now(), mostMs: 10_000 };
    // Whoever is out asks, whatever it is told.
    const asking = { sinceMs: clock.now(), mostMs: 3_600_000 };
    for (let ms = 0; ms <= 12_000; ms += 1_000) {
      const permit = await Promise.race([limiter.dispatch({ bound: asking }), clock.pass(2_000)]);
      permit?.end(throttled(1_000));
    }
    await expect(limiter.dispatch({ bound })).rejects.toMatchObject({ type: 'TimedOut' });
    expect(limiter.room()).toBe(5);
    expect(limiter.roomForTurns()).toBe(5);
    const permit = limiter.dispatch({ bound: asking });
    await clock.pass(2_000);
    (await permit).end(answered);
    expect(limiter.room()).toBeLessThan(5);
    (await limiter.dispatch({ bound })).release();
  });
});
