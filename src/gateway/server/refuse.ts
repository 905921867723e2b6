import type { ServerResponse } from 'node:http';

import { APIError } from '@anthropic-ai/sdk';

import { FanfoldError, InputError } from '../../contract/errors.js';
import { TurnedAway } from '../../model/limiter/index.js';
import { largestBody } from './read-body.js';
import { sendError, sendJson } from './replies.js';

/**
 * Tells a client that is no worker why its call failed, so that its SDK does the right thing: it tries again what comes with 429 or 5xx.
 *
 * @param said the error in words, secrets taken out
 */
export function refuse(response: ServerResponse, error: unknown, said: string): void {
  if (error instanceof TurnedAway) {
    const { retryAfterMs } = error;
    const headers: Record<string, string> =
      retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) };
    return sendError(response, 429, 'rate_limit_error', said, headers);
  }
  if (error instanceof APIError && error.status !== undefined) return sendApiError(response, error, said);
  if (error instanceof FanfoldError && error.type === 'OverBudget')
    return sendError(response, 402, 'billing_error', said);
  if (error instanceof InputError) return sendError(response, 400, 'invalid_request_error', said);
  sendUnreachable(response, error, said);
}

/** The API could not be asked: a client's SDK tries again where it makes sense. */
function sendUnreachable(response: ServerResponse, error: unknown, said: string): void {
  if (error instanceof FanfoldError && error.type === 'NoApiKey')
    return sendError(response, 401, 'authentication_error', said);
  sendError(response, 502, 'api_error', `The gateway could not ask the API: ${said}`);
}

/** The API's own error, as it came. */
function sendApiError(response: ServerResponse, { status = 500, error, headers }: APIError, said: string): void {
  if (response.headersSent) return void response.destroy();
  const retryAfter = headers?.get('retry-after');
  const isTold = typeof error === 'object' && error !== null;
  const body = isTold ? error : { type: 'error', error: { type: 'api_error', message: said } };
  sendJson(response, status, body, retryAfter ? { 'retry-after': retryAfter } : {});
}

export function tooLarge(response: ServerResponse): void {
  sendError(response, 413, 'request_too_large', `Expected a request of at most ${largestBody} bytes.`, {
    connection: 'close',
  });
}
