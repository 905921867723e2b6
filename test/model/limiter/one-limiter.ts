import type { Change } from '../../../src/contract/limiter.js';
import { Limiter } from '../../../src/model/limiter/limiter.js';
import type { CallOutcome, Permit } from '../../../src/model/limiter/permit.js';
import type { LimiterSettings } from '../../../src/model/limiter/settings.js';
import { VirtualClock } from './virtual-clock.js';

export const answered: CallOutcome = {
  is: 'answered',
  usage: { inputTokens: 10, outputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0 },
};
export const throttled = (retryAfterMs?: number): CallOutcome => ({ is: 'throttled', kind: 'rate', retryAfterMs });
/** Headers of a limit of 600 calls a minute. */
export const withLeft = (remaining: number): CallOutcome => ({
  ...answered,
  headers: new Headers({
    'anthropic-ratelimit-requests-limit': '600',
    'anthropic-ratelimit-requests-remaining': `${remaining}`,
    'anthropic-ratelimit-requests-reset': '2026-11-01T12:01:00Z',
  }),
});

/** A limiter, and so many calls that leave at once. */
export async function open(more: Partial<LimiterSettings> = {}, calls = 0) {
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
