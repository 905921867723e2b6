import { describe, expect, it } from 'vitest';

import { Fleet } from './fleet.js';

/** What an API allows, how calls are, and how many answers a second that is. */
const apis = {
  '40 calls at once': { limits: { concurrency: 40 }, inputTokens: 50, perSecond: 40 },
  '600 requests a minute': { limits: { requestsPerMinute: 600, burstMs: 5_000 }, inputTokens: 50, perSecond: 10 },
  '240,000 input tokens a minute': {
    limits: { inputTokensPerMinute: 240_000, burstMs: 5_000 },
    inputTokens: 400,
    perSecond: 10,
  },
} as const;

describe.each(Object.entries(apis))('an API that allows %s', (_, { limits, inputTokens, perSecond }) => {
  const open = () =>
    new Fleet(limits, (random) => ({
      inputTokens: Math.round(inputTokens * (0.9 + 0.2 * random())),
      outputTokens: 50,
      latencyMs: 1_000 * (0.7 + 0.6 * random()),
    }));

  it('is made full use of by four workers from a cold start, whoever dies and joins', async () => {
    const fleet = open();
    const kills = Array.from({ length: 4 }, () => fleet.start());
    // Of a cold start only the refusals count.
    await fleet.clock.pass(8_000);
    expect((await fleet.answersWithin(50_000)) / (50 * perSecond)).toBeGreaterThanOrEqual(0.985);
    kills[0]!();
    expect((await fleet.answersWithin(15_000)) / (15 * perSecond)).toBeGreaterThanOrEqual(0.97);
    fleet.start();
    expect((await fleet.answersWithin(15_000)) / (15 * perSecond)).toBeGreaterThanOrEqual(0.97);
    expect(fleet.answered.at(-1)! / (15 * perSecond)).toBeGreaterThan(0.15);
    expect(fleet.refusedShare).toBeLessThanOrEqual(0.0015);
    // Shares are told where they change, and not in answer to each other.
    expect(fleet.frames / fleet.api.answered).toBeLessThan(40);
  });
});
