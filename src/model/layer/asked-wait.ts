import { APIError } from '@anthropic-ai/sdk';

import { retryAfterMs } from '../call/retry-after.js';

/** Milliseconds that an error asks to wait: of the API, of the limiter, or of either in another process. `undefined` where it asks for nothing. */
export function askedWaitMs(error: unknown, nowMs: number): number | undefined {
  if (error instanceof APIError) return retryAfterMs(error.headers, nowMs);
  const { retryAfterMs: told } = (error ?? {}) as { retryAfterMs?: unknown };
  return typeof told === 'number' ? told : undefined;
}
