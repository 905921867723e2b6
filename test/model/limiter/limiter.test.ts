import { getEventListeners } from 'node:events';

import { describe, expect, it } from 'vitest';

import type { Change } from '../../../src/contract/limiter.js';
import { Limiter } from '../../../src/model/limiter/limiter.js';
import type { CallOutcome, Permit } from '../../../src/model/limiter/permit.js';
import type { LimiterSettings } from '../../../src/model/limiter/settings.js';
import { VirtualClock } from './virtual-clock.js';

const answered: CallOutcome = {
  is: 'answered',
  usage: { inputTokens: 10, outputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0 },
};
const throttled = (retryAfterMs?: number): CallOutcome => ({ is: 'throttled', kind: 'rate', retryAfterMs });
/** Headers of a limit of 600 calls a minute. */
const withLeft = (remaining: number): CallOutcome => ({
  ...answered,
  headers: new Headers({
    'anthropic-ratelimit-requests-limit': '600',
    'anthropic-ratelimit-requests-remaining': `${remaining}`,
    'anthropic-ratelimit-requests-reset': '2026-11-01T12:01:00Z',
  }),
});

/** A limiter, and so many calls that leave at once. */
async function open(more: Partial<LimiterSettings> = {}, calls = 0) {
  const clock = new VirtualClock();
  const changes: Change[] = [];
  const onChange = (change: Change) => void changes.push(change);
  const limiter = new Limiter('sonnet', { ceiling: 100, clock, random: () => 0, onChange, ...more });
  const permits: Permit[] = [];
  for (let call = 0; call < calls; call += 1) permits.push(await limiter.dispatch({}));
  /** Whether nothing will happen unless somebody does something. */
  const isStill = async () => {
    const atMs = clock.now();
    await clock.until(new Promise<never>(() => {})).catch(() => {});
    return clock.now() === atMs;
  };
  return { clock, limiter, changes, permits, isStill };
}

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
