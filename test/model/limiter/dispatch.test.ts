import { getEventListeners } from 'node:events';

import { describe, expect, it } from 'vitest';

import type { CallOutcome } from '../../../src/model/limiter/permit.js';
import { answered, open, throttled, withLeft } from './one-limiter.js';

describe('a call', () => {
  it('that is aborted before it asks, or while it waits, takes no permit along (Limiter-2)', async () => {
    const { limiter, isStill } = await open({ ceiling: 1 }, 1);
    const reason = new Error('no longer wanted');
    await expect(limiter.dispatch({}, AbortSignal.abort(reason))).rejects.toBe(reason);
    const abort = new AbortController();
    const waits = limiter.dispatch({ patienceMs: 60_000 }, abort.signal);
    expect([limiter.waiting, limiter.inFlight]).toEqual([1, 1]);
    abort.abort(reason);
    await expect(waits).rejects.toBe(reason);
    expect([limiter.waiting, limiter.inFlight]).toEqual([0, 1]);
    expect(await isStill(), 'nobody looks for what nobody waits for').toBe(true);
  });

  it('that is aborted in the moment in which it was let go gives its permit back', async () => {
    const { limiter, permits } = await open({ ceiling: 1 }, 1);
    const abort = new AbortController();
    const waits = limiter.dispatch({}, abort.signal);
    permits[0]!.end(answered);
    abort.abort(new Error('no longer wanted'));
    await expect(waits).rejects.toThrow('no longer wanted');
    expect([limiter.waiting, limiter.inFlight, limiter.snapshot().sent]).toEqual([0, 0, 2]);
  });

  it('gives its permit back when it is over, however it ends, and says what it learnt', async () => {
    const { limiter } = await open();
    const failing = limiter.run({}, () => Promise.reject(new Error('reset')));
    await expect(failing).rejects.toThrow('reset');
    expect(limiter.inFlight).toBe(0);
    const result = await limiter.run({}, async (permit) => {
      permit.end({ is: 'overloaded' });
      return 'done';
    });
    expect([result, limiter.inFlight, limiter.snapshot().overloaded]).toEqual(['done', 0, 1]);
    const aborted = limiter.run({}, () => Promise.resolve('never'), AbortSignal.abort(new Error('no longer wanted')));
    await expect(aborted).rejects.toThrow('no longer wanted');
  });

  it('waits no longer than its patience, whose timer ends with the wait', async () => {
    const { clock, limiter, permits, isStill } = await open({ ceiling: 1 }, 1);
    const waits = limiter.dispatch({ patienceMs: 2_000 });
    waits.catch(() => {});
    await clock.pass(1_999);
    expect(limiter.waiting).toBe(1);
    await clock.pass(1);
    await expect(waits).rejects.toMatchObject({ type: 'RateLimited', retryAfterMs: 2_000 });
    const granted = limiter.dispatch({ patienceMs: 2_000 });
    permits[0]!.release();
    await granted;
    expect(await isStill()).toBe(true);
  });

  it('is looked for by no timer once nobody waits', async () => {
    const { limiter, isStill } = await open({}, 4);
    const abort = new AbortController();
    const waits = limiter.dispatch({}, abort.signal).catch(() => {});
    abort.abort(new Error('no longer wanted'));
    await waits;
    expect(await isStill()).toBe(true);
  });

  it('leaves nothing behind at the signal that it was made with, of which a lane has one for thousands', async () => {
    const { limiter, permits } = await open({ ceiling: 1 }, 1);
    const { signal } = new AbortController();
    const waits = limiter.run({ patienceMs: 1_000 }, async () => 'answer', signal);
    permits[0]!.release();
    expect([await waits, getEventListeners(signal, 'abort').length]).toEqual(['answer', 0]);
  });

  it('that comes while the first call after a pause is out waits for it, though its patience ends before it must be back', async () => {
    const { clock, limiter, permits } = await open({}, 1);
    permits[0]!.end(throttled(1_000));
    await clock.pass(1_000);
    const first = await limiter.dispatch({});
    const waits = limiter.dispatch({ patienceMs: 500 });
    waits.catch(() => {});
    await clock.pass(100);
    first.end(answered);
    expect(await waits).toBeDefined();
  });

  it('is sent at the pace of a limit, and not of who looks for it', async () => {
    const { clock, limiter, permits } = await open({ firstCap: 50, random: () => 0.5 }, 1);
    // Thirty of forty are left: three quarters of ten in a second.
    permits[0]!.end(withLeft(30));
    let left = 0;
    for (let caller = 0; caller < 40; caller += 1) void limiter.dispatch({}).then(() => (left += 1));
    await clock.pass(2_000);
    expect(left).toBeGreaterThanOrEqual(12);
    expect(left).toBeLessThanOrEqual(18);
  });

  it('that asks whether there is money again is followed by few at first', async () => {
    const { clock, limiter, permits } = await open({ firstCap: 40 }, 1);
    permits[0]!.end({ is: 'spend-limit', reason: 'no money' });
    await clock.pass(60_000);
    const first = await limiter.dispatch({});
    first.end(answered);
    expect(limiter.snapshot().gate).toEqual({ is: 'open' });
    expect(limiter.cap).toBeLessThanOrEqual(2);
  });

  it('waits for a pause of a quarter of an hour, and is turned away where it is longer', async () => {
    const { clock, limiter, permits } = await open({}, 1);
    permits[0]!.end(throttled(15 * 60_000));
    const waits = limiter.dispatch({});
    await clock.pass(15 * 60_000);
    expect((await waits) !== undefined).toBe(true);
    const other = await open({}, 1);
    other.permits[0]!.end({ ...throttled(15 * 60_000 + 1), reason: 'tomorrow' } as CallOutcome);
    await expect(other.limiter.dispatch({})).rejects.toMatchObject({
      type: 'RateLimited',
      retryAfterMs: 15 * 60_000 + 1,
      message: expect.stringContaining('tomorrow'),
    });
  });

  it('is one of a task unless it is of a lane', async () => {
    const { limiter } = await open({ ceiling: 1 }, 1);
    for (const ofLane of [true, false, undefined, true]) void limiter.dispatch({ ofLane });
    expect([limiter.waiting, limiter.waitingTasks]).toEqual([4, 2]);
  });

  it('waits in turn with those of other shares, as their priorities have it (Limiter-4)', async () => {
    const { limiter, permits, clock } = await open({ ceiling: 1 }, 1);
    const left: string[] = [];
    for (const [name, share] of [
      ['late', { key: 'late', priority: 5 }],
      ['a1', { key: 'a' }],
      ['a2', { key: 'a' }],
      ['b1', { key: 'b' }],
      ['urgent', { key: 'c', priority: 1 }],
    ] as const) {
      void limiter.dispatch({ share }).then((permit) => {
        left.push(name);
        permit.end({ is: 'failed' });
      });
    }
    permits[0]!.end({ is: 'failed' });
    await clock.pass(0);
    expect(left).toEqual(['urgent', 'a1', 'b1', 'a2', 'late']);
  });

  it('leaves within a second of when an answer shows that the pace is higher than was thought (Limiter-5)', async () => {
    const { clock, limiter, permits } = await open({ firstCap: 10 }, 3);
    permits[0]!.end(withLeft(0));
    let left = false;
    // It needs a minute of what comes back.
    void limiter.dispatch({}).then(() => (left = true));
    void limiter.dispatch({}).then((permit) => permit.release());
    await clock.pass(100);
    permits[1]!.end(withLeft(600));
    await clock.pass(1_000);
    expect(left).toBe(true);
  });
});
