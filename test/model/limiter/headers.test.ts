import { describe, expect, it } from 'vitest';

import { Limiter } from '../../../src/model/limiter/index.js';
import type { CallOutcome } from '../../../src/model/limiter/index.js';
import type { Change } from '../../../src/contract/limiter.js';
import { readRateHeaders } from '../../../src/model/limiter/rate-headers.js';
import { Crowd } from './crowd.js';
import { VirtualClock } from './virtual-clock.js';

const nowMs = Date.parse('2026-11-01T12:00:00Z');

function headersOf(name: string, limit: string, remaining: string, reset: string, date?: string): Headers {
  return new Headers({
    [`anthropic-ratelimit-${name}-limit`]: limit,
    [`anthropic-ratelimit-${name}-remaining`]: remaining,
    [`anthropic-ratelimit-${name}-reset`]: reset,
    ...(date !== undefined && { date }),
  });
}

describe('headers', () => {
  it('tell limit, remainder and when it is full', () => {
    const headers = headersOf('requests', '600', '599', '2026-11-01T12:00:03Z');
    expect(readRateHeaders(headers, nowMs).get('requests')).toEqual({
      limit: 600,
      remaining: 599,
      roundedBy: 0.5,
      fullInMs: 3_000,
    });
  });

  it('are read as a gateway passes them on', () => {
    const own = [...headersOf('requests', '600', '599', '2026-11-01T12:00:03Z')];
    const headers = new Headers(own.map(([name, value]): [string, string] => [`llm_provider-${name}`, value]));
    expect(readRateHeaders(headers, nowMs).get('requests')).toMatchObject({ limit: 600, remaining: 599 });
  });

  it('round tokens to the nearest thousand', () => {
    const headers = headersOf('input-tokens', '40000', '12000', '2026-11-01T12:00:03Z');
    expect(readRateHeaders(headers, nowMs).get('input-tokens')).toMatchObject({ remaining: 12_000, roundedBy: 500 });
  });

  it('are read by the clock of whoever wrote them, where ours is off', () => {
    const headers = headersOf('requests', '9', '3', '2026-11-01T12:00:40Z', 'Sun, 01 Nov 2026 12:00:00 GMT');
    expect(readRateHeaders(headers, nowMs + 3_600_000).get('requests')?.fullInMs).toBe(40_000);
  });

  it.each([
    ['', '3', ''],
    ['-1', '3', ''],
    ['0', '0', ''],
    ['nine', '3', ''],
    ['9', '', ''],
    ['9', '1e3', ''],
  ])('that are garbled are no headers: limit %j, remaining %j', (limit, remaining, reset) => {
    expect(readRateHeaders(headersOf('tokens', limit, remaining, reset), nowMs).size).toBe(0);
  });

  it('need not say when the limit is full', () => {
    expect(readRateHeaders(headersOf('tokens', '9', '3', 'soon'), nowMs).get('tokens')?.fullInMs).toBe(0);
  });
});

function answer(headers: Headers, usage: Partial<(CallOutcome & { is: 'answered' })['usage']> = {}): CallOutcome {
  return {
    is: 'answered',
    usage: { inputTokens: 1_000, outputTokens: 100, cacheReadTokens: 0, cacheWriteTokens: 0, ...usage },
    headers,
  };
}

function open() {
  const clock = new VirtualClock();
  const changes: Change[] = [];
  const onChange = (change: Change) => void changes.push(change);
  const limiter = new Limiter('sonnet', { ceiling: 100, clock, random: () => 0.5, onChange });
  return { clock, limiter, crowd: new Crowd(limiter, clock), changes };
}

describe('a limiter', () => {
  it('sends at the pace of the limit once its burst is used up', async () => {
    const { clock, limiter, crowd, changes } = open();
    crowd.ask();
    await clock.pass(0);
    crowd.end(0, answer(headersOf('requests', '60', '0', '2026-11-01T12:01:00Z')));
    expect(changes.at(-1)).toMatchObject({ what: 'limits', reason: 'the API allows 60 requests a minute' });
    for (let caller = 0; caller < 100; caller += 1) crowd.ask();
    await clock.pass(600_000);
    // Nobody ends them: concurrency grows, and it is the pace that holds them back until then.
    expect(crowd.inFlight).toBeGreaterThan(50);
    expect(limiter.snapshot().throttled).toBe(0);
  });

  it('believes the headers when others use the limit too', async () => {
    const { clock, limiter, crowd } = open();
    for (const remaining of ['590', '300', '10']) {
      crowd.ask();
      await clock.pass(1_000);
      crowd.end(0, answer(headersOf('requests', '600', remaining, '2026-11-01T12:01:00Z')));
    }
    expect(limiter.snapshot().buckets).toMatchObject([{ name: 'requests', limit: 600, remaining: 10 }]);
  });

  it('learns how far off estimates are, and that cache reads do not count', async () => {
    const { clock, limiter, crowd } = open();
    const tokens = (remaining: number) => headersOf('input-tokens', '1000000', `${remaining}`, '2026-11-01T12:00:01Z');
    for (let call = 0; call < 20; call += 1) {
      crowd.ask({ inputTokens: 50_000 });
      await clock.pass(1_000);
      crowd.end(0, answer(tokens(900_000), { inputTokens: 500, cacheReadTokens: 49_500 }));
    }
    const before = limiter.snapshot().buckets[0]?.remaining ?? 0;
    crowd.ask({ inputTokens: 50_000 });
    await clock.pass(0);
    expect(before - (limiter.snapshot().buckets[0]?.remaining ?? 0)).toBeLessThan(5_000);
  });

  it('lets a call leave that is larger than the limit, when the limit is full', async () => {
    const { clock, crowd } = open();
    crowd.ask();
    await clock.pass(0);
    crowd.end(0, answer(headersOf('input-tokens', '10000', '0', '2026-11-01T12:01:00Z')));
    crowd.ask({ inputTokens: 1_000_000 });
    await clock.pass(30_000);
    expect(crowd.inFlight).toBe(0);
    await clock.pass(45_000);
    expect(crowd.inFlight).toBe(1);
  });
});
