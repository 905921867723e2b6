import { describe, expect, it } from 'vitest';

import { Limiter, TurnedAway } from '../../../src/model/limiter/index.js';
import type { CallOutcome } from '../../../src/model/limiter/index.js';
import type { Change } from '../../../src/contract/limiter.js';
import { Crowd } from './crowd.js';
import { VirtualClock } from './virtual-clock.js';
import { Refusals } from '../../../src/model/limiter/refusals.js';

const answer: CallOutcome = {
  is: 'answered',
  usage: { inputTokens: 10, outputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0 },
};

function throttled(retryAfterMs?: number, kind: 'rate' | 'ramp' = 'rate'): CallOutcome {
  return { is: 'throttled', kind, retryAfterMs };
}

/** A limiter that many callers stand before, and that has let in as many as it may have. */
async function open({ cap = 4 } = {}) {
  const clock = new VirtualClock();
  const changes: Change[] = [];
  const limiter = new Limiter('sonnet', {
    ceiling: 100,
    clock,
    random: () => 0.5,
    onChange: (change) => void changes.push(change),
  });
  const crowd = new Crowd(limiter, clock);
  for (let caller = 0; caller < 1_000; caller += 1) crowd.ask();
  while (limiter.snapshot().cap < cap) await clock.pass(10);
  await clock.pass(0);
  return { clock, limiter, crowd, changes };
}

describe('a 429 with Retry-After', () => {
  it('lets nothing leave until then, and one call a little later', async () => {
    const { clock, limiter, crowd, changes } = await open();
    crowd.end(0, throttled(10_000));
    await clock.pass(10_000);
    expect(crowd.inFlight).toBe(3);
    expect(limiter.snapshot().gate).toMatchObject({ is: 'closed' });
    await clock.pass(1_250);
    expect(crowd.inFlight).toBe(4);
    expect(limiter.snapshot().gate).toEqual({ is: 'probing' });
    expect(changes.map(({ reason }) => reason)).toContain('closed: the API answered 429 and asked for 10 s.');
  });

  it('says why, where the API does: a limit on spending may hide behind it', async () => {
    const { crowd, limiter, changes } = await open();
    crowd.end(0, { ...throttled(10_000), reason: 'Your team is over its budget.' } as CallOutcome);
    const reason = 'the API answered 429 and asked for 10 s: Your team is over its budget.';
    expect(limiter.snapshot().gate).toMatchObject({ is: 'closed', reason });
    expect(changes.map((change) => change.reason)).toContain(`closed: ${reason}`);
  });

  it('opens again gently: to half of what was before within seconds, then step by step', async () => {
    const { clock, limiter, crowd } = await open({ cap: 64 });
    crowd.end(0, throttled(1_000));
    while (crowd.inFlight > 0) crowd.end(0, answer);
    await clock.pass(1_250);
    expect(crowd.inFlight).toBe(1);
    await clock.pass(2_000);
    expect(crowd.inFlight).toBeLessThan(5);
    await clock.pass(5_000);
    expect(limiter.snapshot().cap).toBeGreaterThanOrEqual(30);
    expect(limiter.snapshot().cap).toBeLessThan(64);
  });

  it('opens once the first call is answered, and closes again when it is refused', async () => {
    const { clock, limiter, crowd } = await open();
    crowd.end(0, throttled(5_000));
    while (crowd.inFlight > 0) crowd.end(0, answer);
    await clock.pass(6_300);
    crowd.end(0, throttled(5_000));
    await clock.pass(5_000);
    expect(crowd.inFlight).toBe(0);
    await clock.pass(1_300);
    crowd.end(0, answer);
    expect(limiter.snapshot().gate).toEqual({ is: 'open' });
  });

  it('sends another one ahead when the first comes back with nothing learnt', async () => {
    const { clock, crowd } = await open();
    crowd.end(0, throttled(1_000));
    while (crowd.inFlight > 0) crowd.end(0, answer);
    await clock.pass(1_300);
    expect(crowd.inFlight).toBe(1);
    crowd.end(0, { is: 'failed' });
    await clock.pass(0);
    expect(crowd.inFlight).toBe(1);
  });

  it('is not forgotten when the call that left first after an earlier pause is answered', async () => {
    const { clock, limiter, crowd } = await open();
    crowd.end(0, throttled(1_000));
    while (crowd.inFlight > 0) crowd.end(0, answer);
    await clock.pass(5_000);
    expect(crowd.inFlight).toBeGreaterThan(2);
    crowd.end(crowd.inFlight - 1, throttled(60_000));
    crowd.end(0, answer);
    await clock.pass(59_000);
    expect(limiter.snapshot().gate).toMatchObject({ is: 'closed' });
    expect(crowd.tooEarly).toEqual([]);
  });

  it('of hours turns everybody away at once, with the time', async () => {
    const { clock, limiter, crowd } = await open();
    crowd.end(0, throttled(3 * 3_600_000));
    await clock.pass(0);
    expect(crowd.waiting).toBe(0);
    const [reason] = crowd.turnedAway as TurnedAway[];
    expect(reason).toMatchObject({ type: 'RateLimited' });
    expect(reason?.retryAfterMs).toBeGreaterThanOrEqual(3 * 3_600_000);
    await expect(limiter.dispatch({})).rejects.toThrow(TurnedAway);
    // Tasks are taken on, so that they are told.
    expect(limiter.room()).toBe(100);
  });

  it('turns away whoever has less patience', async () => {
    const { clock, limiter, crowd } = await open();
    crowd.end(0, throttled(10_000));
    await expect(limiter.dispatch({ patienceMs: 2_000 })).rejects.toMatchObject({ retryAfterMs: 11_250 });
    await clock.pass(0);
    expect(crowd.waiting).toBeGreaterThan(900);
    expect(limiter.room()).toBe(0);
  });
});

describe('refusals without a pause', () => {
  it('cut the cap once for a burst, to what the last one of it saw, and close nothing', async () => {
    const { clock, limiter, crowd } = await open({ cap: 40 });
    for (let refusal = 0; refusal < 5; refusal += 1) crowd.end(0, throttled());
    await clock.pass(0);
    const { cap, gate } = limiter.snapshot();
    expect(gate).toEqual({ is: 'open' });
    expect(cap).toBe(Math.floor(35 * 0.85));
  });

  it('that go on close the gate', async () => {
    const { clock, limiter, crowd } = await open({ cap: 40 });
    for (let round = 0; round < 20 && limiter.snapshot().gate.is === 'open'; round += 1) {
      while (crowd.inFlight > 0) crowd.end(0, throttled());
      await clock.pass(100);
    }
    expect(limiter.snapshot().gate).toMatchObject({ is: 'closed' });
    expect(crowd.left.length).toBeLessThan(150);
  });

  it('of an overloaded API make it smaller, and the second one pauses', async () => {
    const { clock, limiter, crowd } = await open({ cap: 40 });
    crowd.end(0, { is: 'overloaded' });
    expect(limiter.snapshot()).toMatchObject({ cap: 28, overloaded: 1, gate: { is: 'open' } });
    while (crowd.left.length < 50) {
      crowd.end(0, { is: 'failed' });
      await clock.pass(0);
    }
    crowd.end(crowd.inFlight - 1, { is: 'overloaded' });
    expect(limiter.snapshot().gate).toMatchObject({ is: 'closed' });
  });

  it('for growing too fast make growth slower', async () => {
    const grown = async (kind: 'rate' | 'ramp') => {
      const { clock, limiter, crowd } = await open();
      crowd.end(0, throttled(1_000, kind));
      while (crowd.inFlight > 0) crowd.end(0, answer);
      await clock.pass(10_000);
      return limiter.snapshot().cap;
    };
    expect(await grown('ramp')).toBeLessThan((await grown('rate')) - 1);
  });
});

describe('a spend limit', () => {
  it('fails everybody who waits, and whoever comes, at once and with its message', async () => {
    const { clock, limiter, crowd } = await open();
    crowd.end(0, { is: 'spend-limit', reason: 'You have reached your spend limit.' });
    await clock.pass(0);
    expect(crowd.waiting).toBe(0);
    expect(crowd.turnedAway[0]).toMatchObject({
      type: 'SpendLimitReached',
      message: 'You have reached your spend limit.',
    });
    await expect(limiter.dispatch({})).rejects.toMatchObject({ type: 'SpendLimitReached' });
    expect(limiter.snapshot().gate).toEqual({ is: 'shut', reason: 'You have reached your spend limit.' });
  });

  it.each([
    ['stays when it is still there', { is: 'spend-limit', reason: 'Still.' }, { is: 'shut', reason: 'Still.' }],
    ['is over when the call is answered', answer, { is: 'open' }],
    ['is over when there is another reason to wait', throttled(1_000), { is: 'closed' }],
  ] as const)('is asked about by one call a minute, and %s', async (_, outcome, gate) => {
    const { clock, limiter, crowd } = await open();
    crowd.end(0, { is: 'spend-limit', reason: 'No money left.' });
    while (crowd.inFlight > 0) crowd.end(0, { is: 'failed' });
    await clock.pass(60_000);
    crowd.ask();
    crowd.ask();
    await clock.pass(0);
    expect([crowd.inFlight, crowd.waiting]).toEqual([1, 0]);
    crowd.end(0, outcome);
    expect(limiter.snapshot().gate).toMatchObject(gate);
  });
});

it('turns away whoever waits longer than its patience, and keeps the others', async () => {
  const { clock, limiter, crowd } = await open();
  const impatient = limiter.dispatch({ patienceMs: 2_000 });
  impatient.catch(() => {});
  await clock.pass(2_000);
  await expect(impatient).rejects.toMatchObject({ type: 'RateLimited', retryAfterMs: 2_000 });
  expect(crowd.waiting).toBeGreaterThan(900);
});

describe('a key that is refused', () => {
  it('is found out by the calls that are out: all others are turned away, and none is made', async () => {
    const { clock, limiter, crowd } = await open();
    crowd.end(0, { is: 'key-refused', reason: '401 authentication_error: no' });
    await clock.pass(0);
    expect(crowd.waiting).toBe(0);
    await expect(limiter.dispatch({})).rejects.toMatchObject({ type: 'Unauthenticated' });
    expect(limiter.snapshot().gate).toMatchObject({ is: 'shut', type: 'Unauthenticated' });
  });
});

describe('an API that goes on telling calls to slow down', () => {
  const told = { is: 'throttled', kind: 'rate', retryAfterMs: 1_000, reason: 'budget exceeded' } as const;

  /** Has the API refuse everything for so long, from now on. */
  async function refusing({ clock, crowd }: Awaited<ReturnType<typeof open>>, ms: number): Promise<void> {
    for (const until = clock.now() + ms; clock.now() < until; await clock.pass(1_000)) {
      while (crowd.inFlight > 0) crowd.end(0, told);
    }
  }

  it('is waited for as long as a branch may take, and then given up with its reason (Refusals-1)', async () => {
    const opened = await open();
    const { clock, limiter } = opened;
    const bound = { sinceMs: clock.now(), mostMs: 20_000 };
    const waits = limiter.dispatch({ bound });
    const outcome = waits.then(
      () => 'granted',
      (error: Error) => error,
    );
    await refusing(opened, 60_000);
    expect(await outcome).toMatchObject({ type: 'TimedOut', message: expect.stringContaining('429: budget exceeded') });
    // Tasks that wait in the queue are to be told so, too.
    expect(limiter.room()).toBeGreaterThan(1);
    // A run that begins later has all of its time.
    const later = limiter.dispatch({ bound: { sinceMs: clock.now(), mostMs: 20_000 }, patienceMs: 500 });
    await Promise.all([expect(later).rejects.toMatchObject({ type: 'RateLimited' }), clock.pass(600)]);
  });

  it('is waited for once, however long the pause that it asks for', () => {
    const refusals = new Refusals();
    const bound = { sinceMs: 0, mostMs: 1_000 };
    refusals.refused(false, 'later', 0);
    expect(refusals.tooLong(bound, 30_000)).toBeUndefined();
    refusals.refused(true, 'later', 30_000);
    expect(refusals.tooLong(bound, 30_000)).toEqual({ ms: 30_000, reason: 'later' });
    refusals.ended();
    expect(refusals.tooLong(bound, 40_000)).toBeUndefined();
  });
});
