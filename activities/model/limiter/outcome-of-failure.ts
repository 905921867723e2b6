import { APIError } from '@anthropic-ai/sdk';

import { describeError } from '../describe-error.js';
import { classify } from '../error-table.js';
import { retryAfterMs } from '../retry-after.js';
import type { CallOutcome } from './permit.js';

/** What a model call that threw says about limits. */
export function outcomeOfFailure(error: unknown, nowMs: number): CallOutcome {
  const { headers, errorCode } = error instanceof APIError ? error : {};
  const asked = retryAfterMs(headers, nowMs);
  switch (classify(error)) {
    case 'RateLimited':
      return {
        is: 'throttled',
        kind: errorCode === 'ramp_limit_exceeded' ? 'ramp' : 'rate',
        retryAfterMs: asked,
        headers,
      };
    case 'Overloaded':
      return { is: 'overloaded', retryAfterMs: asked, headers };
    case 'SpendLimitReached':
      return { is: 'spend-limit', reason: describeError(error) };
    default:
      return { is: 'failed', headers };
  }
}
