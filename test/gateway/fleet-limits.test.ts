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
    await fleet.clock.pass(8_000);
    const shares: number[] = [];
    shares.push((await fleet.answersWithin(50_000)) / (50 * perSecond));
    kills[0]!();
    shares.push((await fleet.answersWithin(20_000)) / (20 * perSecond));
    fleet.start();
    shares.push((await fleet.answersWithin(20_000)) / (20 * perSecond));
    console.log(_, shares, fleet.api.refused, fleet.refusedShare, fleet.answered);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.98);
    expect(fleet.refusedShare).toBeLessThanOrEqual(0.002);
  });
});
