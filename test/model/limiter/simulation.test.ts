import { describe, expect, it } from 'vitest';

import type { Limits } from '@fanfold/offline-model/limits';
import { simulate } from './simulation.js';
import type { Scenario } from './simulation.js';

/** Calls of about so many tokens, taking about so long. */
function calls(latencyMs: number, inputTokens: number, outputTokens: number): Scenario['call'] {
  return (random) => ({
    inputTokens: Math.round(inputTokens * (0.7 + 0.6 * random())),
    outputTokens: Math.round(outputTokens * (0.5 + random())),
    latencyMs: latencyMs * (0.7 + 0.6 * random()),
  });
}

/** What an API allows, and how many answers a second that is. */
const apis = {
  '40 calls at once': { limits: { concurrency: 40 }, call: calls(1_000, 50, 100), perSecond: 40 },
  '40 slow calls at once': { limits: { concurrency: 40 }, call: calls(6_000, 50, 100), perSecond: 40 / 6 },
  '600 requests a minute': {
    limits: { requestsPerMinute: 600, burstMs: 5_000 },
    call: calls(1_000, 50, 100),
    perSecond: 10,
  },
  '600,000 input tokens a minute': {
    limits: { inputTokensPerMinute: 600_000, burstMs: 10_000 },
    call: calls(1_000, 1_000, 100),
    perSecond: 10,
  },
  '120,000 input tokens a minute, in large calls': {
    limits: { inputTokensPerMinute: 120_000 },
    call: calls(3_000, 2_000, 100),
    perSecond: 1,
  },
  '60,000 output tokens a minute': {
    limits: { outputTokensPerMinute: 60_000, burstMs: 10_000 },
    call: calls(1_000, 1_000, 100),
    perSecond: 10,
  },
} as const;

const minutes = { durationMs: 240_000, rampMs: 90_000 };

/** Refusals are all that is to be seen of a limit on concurrency, and they are few: shares differ for minutes, and even out. */
const fairMinutes = (limits: Limits, workers: number) =>
  'concurrency' in limits && workers > 2 ? { durationMs: 990_000, rampMs: 90_000 } : minutes;

describe.each(Object.entries(apis))('an API that allows %s', (_, { limits, call, perSecond }) => {
  it.each([1, 2, 4])('is made full use of by %d processes, and refuses hardly anything', async (workers) => {
    const observed = await simulate({ limits, call, workers, ...minutes });
    expect(observed.perSecond / perSecond).toBeGreaterThanOrEqual(0.93);
    expect(observed.refusedShare).toBeLessThanOrEqual(0.02);
  });

  it.each([2, 4])('is shared alike by %d processes that know nothing of each other', async (workers) => {
    const { byWorker } = await simulate({ limits, call, workers, ...fairMinutes(limits, workers), seed: 2 });
    const equal = byWorker.reduce((sum, count) => sum + count, 0) / workers;
    for (const count of byWorker) {
      expect(count / equal).toBeGreaterThan(0.65);
      expect(count / equal).toBeLessThan(1.35);
    }
  });
});

it('does not need headers to be fresh: they may tell how things stood when the call came in', async () => {
  const { limits, call, perSecond } = apis['600 requests a minute'];
  for (const workers of [1, 2, 4]) {
    const observed = await simulate({ limits, call, workers, ...minutes, staleHeaders: true });
    expect(observed.perSecond / perSecond).toBeGreaterThanOrEqual(0.93);
    expect(observed.refusedShare).toBeLessThanOrEqual(0.02);
  }
});

it('lets a process that comes later have its share', async () => {
  const { limits, call } = apis['600 requests a minute'];
  const { byWorker } = await simulate({ limits, call, workers: 2, ...minutes, startMs: (worker) => worker * 30_000 });
  const [first = 0, second = 0] = byWorker;
  expect(second / first).toBeGreaterThan(0.65);
  expect(second / first).toBeLessThan(1.35);
});

it('never has more in flight than the ceiling, however much the API would take', async () => {
  const { snapshots, perSecond } = await simulate({
    limits: {},
    call: calls(1_000, 50, 100),
    workers: 1,
    ceiling: 7,
    durationMs: 60_000,
    rampMs: 10_000,
  });
  expect(snapshots[0]).toMatchObject({ ceiling: 7, cap: 7, throttled: 0 });
  expect(perSecond).toBeGreaterThan(6.5);
  expect(perSecond).toBeLessThanOrEqual(7.1);
});
