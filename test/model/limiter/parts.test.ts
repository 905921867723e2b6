import { describe, expect, it } from 'vitest';

import { LatencyGauge } from '../../../src/model/limiter/latency-gauge.js';
import { modelClassOf } from '../../../src/model/limiter/model-class.js';
import { Permit } from '../../../src/model/limiter/permit.js';
import type { CallOutcome } from '../../../src/model/limiter/permit.js';
import { readRateHeaders } from '../../../src/model/limiter/rate-headers.js';
import { hopeless, Refusals } from '../../../src/model/limiter/refusals.js';
import { TokenEstimates } from '../../../src/model/limiter/token-estimates.js';

it('a permit ends once, as it was first said, and is released where nobody said', () => {
  const ends: CallOutcome[] = [];
  const permit = new Permit((outcome) => void ends.push(outcome));
  permit.end({ is: 'key-refused', reason: 'No.' });
  permit.end({ is: 'failed' });
  permit.release();
  new Permit((outcome) => void ends.push(outcome)).release();
  expect(ends).toEqual([{ is: 'key-refused', reason: 'No.' }, { is: 'failed' }]);
});

describe('an API that lets nothing through (Refusals-1)', () => {
  const bound = (sinceMs: number, mostMs = 100) => ({ sinceMs, mostMs });

  it('is waited for however long the pause is that it asks for once', () => {
    const refusals = new Refusals();
    expect(refusals.tooLong(bound(0), 1_000)).toBeUndefined();
    refusals.refused(false, 'slow down', 10);
    expect(refusals.tooLong(bound(0), 1_000_000)).toBeUndefined();
    expect(refusals.isHopeless(1_000_000)).toBe(false);
  });

  it('has kept a call too long from its first refusal, or from when the call came', () => {
    const refusals = new Refusals();
    refusals.refused(false, 'slow down', 10);
    refusals.refused(true, 'slow down still', 60);
    // One that is refused among others takes nothing back.
    refusals.refused(false, undefined, 70);
    expect(refusals.tooLong(bound(0), 110)).toBeUndefined();
    expect(refusals.isHopeless(110)).toBe(false);
    expect(refusals.tooLong(bound(0), 111)).toEqual({ ms: 101, reason: 'it gives no reason' });
    expect(refusals.isHopeless(111)).toBe(true);
    expect(refusals.tooLong(bound(50), 150)).toBeUndefined();
    expect(refusals.tooLong(bound(50), 151)).toMatchObject({ ms: 141 });
  });

  it('is no hope for the most impatient of those who have asked', () => {
    const refusals = new Refusals();
    refusals.tooLong(bound(0, 100), 0);
    refusals.tooLong(bound(0, 500), 0);
    refusals.refused(true, 'slow down', 0);
    expect([100, 101].map((nowMs) => refusals.isHopeless(nowMs))).toEqual([false, true]);
  });

  it('is a new matter once a call has gone through', () => {
    const refusals = new Refusals();
    refusals.tooLong(bound(0, 1), 0);
    refusals.refused(true, 'slow down', 0);
    refusals.ended();
    expect(refusals.tooLong(bound(0), 1_000)).toBeUndefined();
    refusals.refused(false, 'slow down', 2_000);
    expect(refusals.tooLong(bound(0), 9_000)).toBeUndefined();
    refusals.refused(true, 'slow down', 9_000);
    expect(refusals.tooLong(bound(0), 9_001)).toEqual({ ms: 7_001, reason: 'slow down' });
    expect(refusals.isHopeless(2_050)).toBe(false);
  });

  it('is told by the call that has waited too long, with both times', () => {
    expect(hopeless({ ms: 120_000, reason: 'slow down' }, bound(0, 60_000))).toMatchObject({
      type: 'TimedOut',
      message: expect.stringMatching(/every call for 2 ?m.*429: slow down.*longer than the (1 ?m|60 ?s)/),
    });
  });
});

describe('estimates of tokens', () => {
  it('are what calls usually have where the caller has none, and follow what answers cost', () => {
    const estimates = new TokenEstimates();
    expect(estimates.of(undefined)).toEqual({ input: 1_000, output: 500 });
    expect(estimates.of(300)).toEqual({ input: 300, output: 500 });
    estimates.learn(undefined, { input: 2_000, output: 100 });
    expect(estimates.of(undefined)).toEqual({ input: 2_000, output: 100 });
    expect(estimates.of(300)).toEqual({ input: 300, output: 100 });
    estimates.learn(undefined, { input: 4_000, output: 300 });
    expect(estimates.usual).toEqual({ input: 3_000, output: 200 });
  });

  it('are put right by the share that callers are off by, at most threefold', () => {
    const cached = new TokenEstimates();
    cached.learn(1_000, { input: 250, output: 1 });
    expect(cached.of(400).input).toBe(100);
    const far = new TokenEstimates();
    far.learn(10, { input: 1_000, output: 1 });
    expect(far.of(10).input).toBe(30);
  });

  it('forget what was twenty answers ago by a twentieth with each', () => {
    const estimates = new TokenEstimates();
    for (let count = 0; count < 40; count += 1) estimates.learn(undefined, { input: 1_000, output: 0 });
    estimates.learn(undefined, { input: 3_000, output: 0 });
    expect(estimates.usual.input).toBeCloseTo(1_100);
  });
});

describe('the gauge of latency', () => {
  const recordedBy = (gauge: LatencyGauge, times: number, latencyMs: number, outputTokens = 50) =>
    Array.from({ length: times }, () => gauge.record(latencyMs, outputTokens));

  it('notices answers that take much longer, output for output, and takes a lasting slowness for usual', () => {
    const gauge = new LatencyGauge();
    expect(recordedBy(gauge, 100, 1_000)).not.toContain(true);
    // As slow by the token, and longer.
    expect(recordedBy(gauge, 20, 10_000, 950)).not.toContain(true);
    const slow = recordedBy(gauge, 400, 5_000);
    expect(slow.slice(0, 20)).toContain(true);
    expect(slow.slice(-100)).not.toContain(true);
  });

  it('forgets what was long ago: a new pace is usual within two hundred answers, however many there were before', () => {
    const gauge = new LatencyGauge();
    recordedBy(gauge, 3_000, 1_000);
    const slow = recordedBy(gauge, 400, 5_000);
    expect(slow.slice(0, 20)).toContain(true);
    expect(slow.slice(200)).not.toContain(true);
    expect(recordedBy(gauge, 400, 1_000)).not.toContain(true);
  });

  it('goes by ten answers, of which one that is slow does not count for all', () => {
    const gauge = new LatencyGauge();
    recordedBy(gauge, 200, 1_000);
    expect(recordedBy(gauge, 1, 10_000)).toEqual([false]);
    expect(recordedBy(gauge, 50, 1_000)).not.toContain(true);
    const slower = recordedBy(gauge, 20, 4_000);
    expect(slower.indexOf(true)).toBeGreaterThan(4);
    expect(slower.indexOf(true)).toBeLessThan(16);
  });

  it('says nothing before it knows thirty answers', () => {
    const gauge = new LatencyGauge();
    recordedBy(gauge, 24, 100);
    expect(recordedBy(gauge, 5, 100_000)).not.toContain(true);
    expect(recordedBy(gauge, 1, 100_000)).toEqual([true]);
  });
});

it.each([
  ['claude-haiku-4-5', 'haiku'],
  ['claude-sonnet-5-5', 'sonnet'],
  ['claude-opus-5', 'opus'],
  ['claude-fable-1', 'fable'],
  ['claude-mythos-1', 'mythos'],
  ['my-model', 'other'],
  ['bedrock:anthropic.claude-opus-5-v1:0', 'bedrock:opus'],
  ['vertex:my-model', 'vertex:other'],
  ['openai:o-5', 'openai:o-5'],
  ['openai-compatible:sonnet-like', 'openai-compatible:sonnet-like'],
])('%s has the limits of the class %s', (model, name) => expect(modelClassOf(model)).toBe(name));

describe('headers of limits', () => {
  const nowMs = Date.parse('2026-11-28T12:00:00Z');
  const read = (all: { [name: string]: string }) =>
    readRateHeaders({ get: (name) => all[name] ?? null }, nowMs).get('input-tokens');
  const own = (field: string) => `anthropic-ratelimit-input-tokens-${field}`;
  const told = (limit: string, remaining: string, more: { [name: string]: string } = {}) =>
    read({ [own('limit')]: limit, [own('remaining')]: remaining, ...more });

  it('say the limit, what is left of it, how exactly, and when it is full', () => {
    const reset = { [own('reset')]: '2026-11-28T12:00:30Z' };
    expect(told('50000', '20000', reset)).toEqual({
      limit: 50_000,
      remaining: 20_000,
      roundedBy: 500,
      fullInMs: 30_000,
    });
    expect(told('50000', '20001')).toEqual({ limit: 50_000, remaining: 20_001, roundedBy: 0.5, fullInMs: 0 });
    expect(told('50000', '60000')).toMatchObject({ remaining: 50_000 });
    expect(told('50000', ' 7 ')).toMatchObject({ remaining: 7 });
    const requests = { get: (name: string) => (/requests-(limit|remaining)/.test(name) ? '1000' : null) };
    expect(readRateHeaders(requests, nowMs).get('requests')).toMatchObject({ roundedBy: 0.5 });
  });

  it.each([
    ['', '5'],
    ['5', ''],
    ['0', '0'],
    ['many', '5'],
    ['-5', '5'],
    ['5.5', '5'],
    ['5', '5 of 10'],
  ])('are left out where they are missing or garbled: %j of %j', (limit, remaining) =>
    expect(told(limit, remaining)).toBeUndefined(),
  );

  it('count from the API’s clock where the two are more than two seconds apart', () => {
    const reset = { [own('reset')]: '2026-11-28T12:00:30Z' };
    const fullIn = (date: string) => told('5', '5', { ...reset, date: `Sat, 28 Nov 2026 ${date} GMT` })?.fullInMs;
    expect(fullIn('12:00:20')).toBe(10_000);
    expect(fullIn('11:59:50')).toBe(40_000);
    expect(fullIn('12:00:02')).toBe(30_000);
    expect(fullIn('12:00:40')).toBe(0);
    expect(fullIn('at noon')).toBe(30_000);
  });

  it('are read as LiteLLM’s proxy passes them on', () => {
    const passed = (field: string) => `llm_provider-${own(field)}`;
    expect(read({ [passed('limit')]: '9', [passed('remaining')]: '4' })).toMatchObject({ limit: 9, remaining: 4 });
  });
});
