import type { Duration } from '@temporalio/common';
import { msToNumber } from '@temporalio/common/lib/time.js';

import { maxDurationMs } from '../../src/contract/duration.js';
import { badInput, quoted } from './refuse.js';

/**
 * Milliseconds of a duration as Temporal's own API takes it: a number of milliseconds, or a text such as `30s`, `2m` or `1 day`.
 *
 * @throws ApplicationFailure `BadInput` where it is neither, not longer than 0, or longer than 24 days
 */
export function millisecondsOf(option: string, duration: Duration): number {
  const ms = parsed(duration);
  if (ms >= 1 && ms <= maxDurationMs) return Math.round(ms);
  throw badInput(
    `Expected \`${option}\` to be milliseconds or a duration such as 500ms, 30s or 2m, longer than 0 and at most 24 days, got ${quoted(duration)}.`,
  );
}

function parsed(duration: unknown): number {
  if (typeof duration === 'number') return duration;
  try {
    return typeof duration === 'string' && duration.trim() !== '' ? msToNumber(duration as Duration) : Number.NaN;
  } catch {
    return Number.NaN;
  }
}
