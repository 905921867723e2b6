import { describe, expect, it } from 'vitest';

import type { CallInFlight } from '../../../src/model/limiter/call.js';
import { ConcurrencyWindow } from '../../../src/model/limiter/concurrency-window.js';
import { Gate } from '../../../src/model/limiter/gate.js';
import { LatencyGauge } from '../../../src/model/limiter/latency-gauge.js';
import { Pacing } from '../../../src/model/limiter/pacing.js';
import type { CallOutcome } from '../../../src/model/limiter/permit.js';
import { Reaction } from '../../../src/model/limiter/reaction.js';
import { Refusals } from '../../../src/model/limiter/refusals.js';
import { TokenEstimates } from '../../../src/model/limiter/token-estimates.js';

/** The parts of a limiter of forty calls at once, and calls that end as the test says. */
function open() {
  let nowMs = 1_000_000;
  const said: string[] = [];
  const random = () => 0;
  const parts = {
    window: new ConcurrencyWindow({ ceiling: 1_000, firstCap: 40 }, nowMs),
    pacing: new Pacing(random),
    gate: new Gate(random),
    estimates: new TokenEstimates(),
    latency: new LatencyGauge(),
    refusals: new Refusals(),
    random,
    announce: (what: string, reason: string) => void said.push(`${what}: ${reason}`),
  };
  const reaction = new Reaction(parts);
  parts.window.use(40, nowMs);
  const call = (more: Partial<CallInFlight> = {}): CallInFlight => {
    const tokens = parts.estimates.of(undefined);
    const charges = parts.pacing.take(tokens, nowMs);
    return { ask: {}, tokens, charges, leftAtMs: nowMs, epoch: parts.window.epoch, probe: false, ...more };
  };
  const end = (outcome: CallOutcome, of = call(), others = 39) => reaction.to(outcome, of, others, nowMs);
  const left = () => parts.pacing.snapshot(nowMs).map(({ remaining }) => remaining);
  return { ...parts, reaction, said, call, end, left, now: () => nowMs, skip: (ms: number) => void (nowMs += ms) };
}

const headers = (requests: number, inputTokens: number) =>
  new Headers({
    'anthropic-ratelimit-requests-limit': '6000',
    'anthropic-ratelimit-requests-remaining': `${requests}`,
    'anthropic-ratelimit-input-tokens-limit': '600000',
    'anthropic-ratelimit-input-tokens-remaining': `${inputTokens}`,
  });
const usage = { inputTokens: 1_000, outputTokens: 500, cacheReadTokens: 0, cacheWriteTokens: 0 };
const answered = (more: Partial<CallOutcome & { is: 'answered' }> = {}): CallOutcome => ({
  is: 'answered',
  usage,
  ...more,
});
const throttled = (more: Partial<CallOutcome & { is: 'throttled' }> = {}): CallOutcome => ({
  is: 'throttled',
  kind: 'rate',
  ...more,
});

describe('a call that the API refused', () => {
  it.each<CallOutcome>([
    { is: 'spend-limit', reason: 'no money' },
    { is: 'key-refused', reason: 'no such key' },
    throttled(),
    { is: 'overloaded' },
  ])('has taken nothing of any limit: %j', (outcome) => {
    const { end, call, left } = open();
    end(answered({ headers: headers(3_000, 300_001) }));
    const before = left();
    const refused = call();
    expect(left()).not.toEqual(before);
    end(outcome, refused);
    expect(left()).toEqual(before);
  });

  it.each<['429' | '529', CallOutcome]>([
    ['429', throttled({ headers: headers(3_000, 300_001) })],
    ['529', { is: 'overloaded', headers: headers(3_000, 300_001) }],
  ])('says how the limits stand all the same: %s', (_, outcome) => {
    const { end, left, said } = open();
    end(outcome);
    expect(left()).toEqual([3_000, 300_001]);
    expect(said).toContain('limits: the API allows 6000 requests, 600000 input-tokens a minute');
  });

  it('is counted, and told with the status and the reason', () => {
    const { reaction, end, said } = open();
    end(throttled());
    end({ is: 'overloaded' });
    end({ is: 'overloaded' }, undefined, 20);
    expect([reaction.throttled, reaction.overloaded]).toEqual([1, 2]);
    expect(said[0]).toBe('cap: the API answered 429');
    expect(said[1]).toBe('gate: closed: the API answered 529 again.');
    const other = open();
    other.end(throttled({ reason: 'too many tokens' }));
    expect(other.said).toEqual(['cap: the API answered 429: too many tokens']);
    const told = open();
    told.end(throttled({ reason: 'too many tokens', retryAfterMs: 1_000 }));
    expect(told.said).toEqual(['gate: closed: the API answered 429 and asked for 1 s: too many tokens']);
    const asking = open();
    asking.end({ is: 'overloaded', retryAfterMs: 1_200 });
    expect(asking.said).toEqual(['gate: closed: the API answered 529 and asked for 2 s.']);
  });

  it('for growing too fast makes growth slower', () => {
    const soonAfter = (kind: 'rate' | 'ramp') => {
      const { end, window, now } = open();
      end(throttled({ kind, headers: headers(0, 300_000) }));
      window.resume(0, now());
      return window.soon / window.cap;
    };
    expect(soonAfter('rate')).toBe(2);
    expect(soonAfter('ramp')).toBeLessThan(1.2);
  });

  it('leaves the calls at once alone where a limit explains it: that paces them', () => {
    const explained = open();
    explained.end(throttled({ headers: headers(0, 300_000) }));
    expect(explained.window.cap).toBe(40);
    const unexplained = open();
    unexplained.end(throttled({ headers: headers(3_000, 300_000) }));
    expect(unexplained.window.cap).toBe(33);
  });
});

describe('an answer', () => {
  it('is charged what it took: what it wrote to the cache too, what it read from it not', () => {
    const { end, call, left } = open();
    end(answered({ headers: headers(3_000, 300_001) }));
    const [requests, tokens] = left() as [number, number];
    end(
      answered({ usage: { inputTokens: 200, cacheWriteTokens: 100, cacheReadTokens: 5_000, outputTokens: 1 } }),
      call(),
    );
    expect(left()).toEqual([requests - 1, tokens - 300]);
  });

  it('ends what the API has let nothing through for', () => {
    const { end, call, refusals, now, skip } = open();
    const bound = { sinceMs: 0, mostMs: 1_000 };
    end(throttled(), call({ probe: true }));
    skip(5_000);
    expect(refusals.tooLong(bound, now())).toBeDefined();
    end(answered());
    expect(refusals.tooLong(bound, now())).toBeUndefined();
  });

  it('lets the calls at once grow fast where limits are known and have room, and only there', () => {
    const soonAfter = (outcome: CallOutcome) => {
      const { end, window } = open();
      end(outcome);
      return window.soon / window.cap;
    };
    expect(soonAfter(answered())).toBeCloseTo(2, 0);
    expect(soonAfter(answered({ headers: headers(0, 300_000) }))).toBeCloseTo(2, 0);
    expect(soonAfter(answered({ headers: headers(6_000, 600_000) }))).toBeGreaterThan(10);
  });

  it('makes room for one more, and tells what calls usually have', () => {
    const { end, window, estimates } = open();
    end(answered({ usage: { ...usage, inputTokens: 77, outputTokens: 7 } }));
    expect([window.cap, estimates.usual]).toEqual([41, { input: 77, output: 7 }]);
  });

  it('to the first call after a pause ends it', () => {
    const { end, call, gate, now, skip } = open();
    end(throttled({ retryAfterMs: 1_000 }));
    skip(1_000);
    gate.left(now());
    end(answered(), call({ probe: true }));
    expect(gate.state(now())).toEqual({ is: 'open' });
  });

  it('that takes much longer than others did makes the calls at once fewer, and says so', () => {
    const { end, call, window, now, skip, said } = open();
    skip(100_000);
    const takes = (ms: number, times: number) => {
      for (let count = 0; count < times; count += 1) end(answered(), call({ leftAtMs: now() - ms }));
    };
    takes(1_000, 60);
    expect(said).toEqual([]);
    const { cap } = window;
    takes(10_000, 5);
    expect(said).toContain('cap: answers take longer than usual');
    expect(window.cap).toBeLessThan(cap);
  });

  it('tells of limits once, as long as they are the same', () => {
    const { end, said } = open();
    for (let count = 0; count < 3; count += 1) end(answered({ headers: headers(3_000, 300_000) }));
    end({ is: 'failed', headers: headers(2_900, 290_000) });
    expect(said).toHaveLength(1);
  });
});

describe('refusals in a row, where the API asks for no pause', () => {
  /** So many bursts of five, two seconds apart, and something in between. */
  const bursts = (
    count: number,
    between: (opened: ReturnType<typeof open>, before: CallInFlight) => void = () => {},
  ) => {
    const opened = open();
    for (let burst = 0; burst < count; burst += 1) {
      const calls = Array.from({ length: 5 }, () => opened.call());
      const before = opened.call();
      for (const [at, each] of calls.entries()) opened.end(throttled(), each, 35 - at);
      opened.skip(2_000);
      between(opened, before);
    }
    return { ...opened, is: opened.gate.state(opened.now()).is };
  };

  it('are two smaller caps, and then a pause', () => {
    expect(bursts(2)).toMatchObject({ is: 'open', said: ['cap: the API answered 429', 'cap: the API answered 429'] });
    const { gate, said, now } = bursts(3);
    expect(gate.msUntil(now() - 2_000)).toBe(500);
    expect(said.at(-1)).toBe('gate: closed: the API answered 429 again.');
  });

  it('begin anew with an answer to a call that left after the last of them', () => {
    expect(bursts(9, ({ end }) => end(answered())).is).toBe('open');
    expect(bursts(3, ({ end }, before) => end(answered(), before)).said.at(-1)).toContain('closed');
  });

  it('are a longer pause each time', () => {
    const { end, gate, now } = open();
    const waits = Array.from({ length: 4 }, () => {
      end({ is: 'overloaded' });
      return gate.msUntil(now());
    });
    expect(waits).toEqual([0, 500, 1_000, 2_000]);
  });

  it('are a pause at once for the call that left first after one', () => {
    const { end, gate, call, now, skip } = open();
    end(throttled({ retryAfterMs: 1_000 }));
    skip(1_000);
    expect(gate.left(now())).toBe(true);
    const probe = call({ probe: true, epoch: -1 });
    end(throttled(), probe, 0);
    expect(gate.state(now())).toMatchObject({ is: 'closed' });
  });
});

describe('a pause', () => {
  it('has the calls at once begin anew, and only half of them come back quickly', () => {
    const { end, window, now, skip } = open();
    end(throttled({ retryAfterMs: 1_000, headers: headers(0, 300_000) }));
    window.resume(0, now());
    for (let ms = 0; ms < 6_000; ms += 10) {
      skip(10);
      window.use(window.cap, now());
    }
    expect(window.cap).toBeGreaterThanOrEqual(20);
    expect(window.cap).toBeLessThanOrEqual(32);
  });

  it('is not over with a first call that says nothing: another one is sent ahead alone', () => {
    const { end, gate, call, now, skip } = open();
    end(throttled({ retryAfterMs: 1_000 }));
    skip(1_000);
    gate.left(now());
    end({ is: 'failed' }, call({ probe: true }));
    expect([gate.state(now()).is, gate.msUntil(now())]).toEqual(['probing', 0]);
  });

  it.each<[CallOutcome, string]>([
    [{ is: 'spend-limit', reason: 'no money' }, 'SpendLimitReached'],
    [{ is: 'key-refused', reason: 'no such key' }, 'Unauthenticated'],
  ])('without an end is told with its reason: %j', (outcome, type) => {
    const { end, said, gate, now } = open();
    end(outcome);
    const { reason } = outcome as { reason: string };
    expect(said).toEqual([`gate: shut: ${reason}`]);
    expect(gate.state(now())).toEqual({ is: 'shut', reason, ...(type === 'Unauthenticated' && { type }) });
  });
});
