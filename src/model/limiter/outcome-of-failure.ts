import { APIError } from '@anthropic-ai/sdk';

import { cutMessage } from '../../contract/failures.js';
import { describeError } from '../call/describe-error.js';
import { classify } from '../call/error-table.js';
import { retryAfterMs } from '../call/retry-after.js';
import type { CallOutcome } from './permit.js';

/**
 * The outcome of a model call that threw, as far as limits are concerned.
 *
 * @param redact takes secrets out of what the API wrote: the limiter shows it, and logs tell it
 */
export function outcomeOfFailure(
  error: unknown,
  nowMs: number,
  redact: (text: string) => string = (text) => text,
): CallOutcome {
  const { headers, errorCode, apiMessage } = error instanceof APIError ? error : {};
  const asked = retryAfterMs(headers, nowMs);
  switch (classify(error)) {
    case 'RateLimited':
      return {
        is: 'throttled',
        kind: errorCode === 'ramp_limit_exceeded' ? 'ramp' : 'rate',
        retryAfterMs: asked,
        headers,
        ...(typeof apiMessage === 'string' && { reason: cutMessage(redact(apiMessage)) }),
      };
    case 'Overloaded':
      return { is: 'overloaded', retryAfterMs: asked, headers };
    case 'SpendLimitReached':
      return { is: 'spend-limit', reason: cutMessage(redact(describeError(error))) };
    case 'Unauthenticated':
      return { is: 'key-refused', reason: cutMessage(redact(describeError(error))) };
    default:
      return { is: 'failed', headers };
  }
}
