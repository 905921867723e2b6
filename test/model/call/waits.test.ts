import { describe, expect, it } from 'vitest';

import type { RetryAfter } from '@fanfold/offline-model';
import { failureOf, openDesk } from '../../activities/asking.js';

describe('Retry-After', () => {
  it.each<[string, RetryAfter, number]>([
    ['seconds', 40, 40_000],
    ['a date', { dateInSeconds: 40 }, 40_000],
  ])('as %s is the least that the next try waits, and not much more', async (_, retryAfter, ms) => {
    const { ask } = await openDesk({ script: [{ fault: { kind: 'rate-limit', retryAfter } }] });
    const { nextRetryDelay } = await failureOf(ask());
    expect(nextRetryDelay).toBeGreaterThanOrEqual(ms);
    expect(nextRetryDelay).toBeLessThanOrEqual(ms * 1.25 + 2_000);
  });

  it.each(['rate-limit', 'overloaded'] as const)('of more than 15 minutes ends the branch (%s)', async (kind) => {
    const { ask } = await openDesk({ script: [{ fault: { kind, retryAfter: 901 } }] });
    const failure = await failureOf(ask());
    expect(failure.nonRetryable).toBe(true);
    const [, until = ''] =
      /asks to wait until (\S+), longer than the 15 m that a branch waits/.exec(failure.message) ?? [];
    expect(Date.parse(until)).toBeGreaterThan(Date.now() + 800_000);
  });

  it.each(['0', '-5', 'soon'])('of %j leaves it to the backoff', async (retryAfter) => {
    const { ask } = await openDesk({ script: [{ fault: { kind: 'rate-limit', retryAfter } }] });
    const { nextRetryDelay } = await failureOf(ask());
    expect(nextRetryDelay).toBeGreaterThanOrEqual(500);
    expect(nextRetryDelay).toBeLessThanOrEqual(1_000);
  });
});
