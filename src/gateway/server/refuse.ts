import type { ServerResponse } from 'node:http';

import { APIError } from '@anthropic-ai/sdk';

import { FanfoldError, InputError } from '../../contract/errors.js';
import { describeError } from '../../model/call/describe-error.js';
import type { Secrets } from '../../secrets/index.js';
import { TurnedAway } from '../../model/limiter/index.js';
import { beginStream, endStream, sendError, sendJson } from './replies.js';

/**
 * Tells a client that is no worker why its call failed, so that its SDK does the right thing: it tries again what comes with 429 or 5xx.
 */
export function refuse(response: ServerResponse, error: unknown, secrets: Pick<Secrets, 'text'>): void {
  const said = secrets.text(describeError(error));
  if (error instanceof TurnedAway) {
    const { retryAfterMs } = error;
    const headers: Record<string, string> =
      retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) };
    return sendError(response, 429, 'rate_limit_error', said, headers);
  }
  if (error instanceof APIError && (error.status !== undefined || isTold(error)))
    return sendApiError(response, error, said);
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

/** The API's own error, as it came: with its status, or as the event of a stream, which may have no status. */
function sendApiError(response: ServerResponse, { status, error, headers }: APIError, said: string): void {
  const told = { type: 'error', error: { type: 'api_error', message: said } };
  const body = typeof error === 'object' && error !== null ? error : told;
  if (status === undefined && !response.headersSent) beginStream(response);
  if (response.headersSent) return endStream(response, body);
  const retryAfter = headers?.get('retry-after');
  sendJson(response, status ?? 500, body, retryAfter ? { 'retry-after': retryAfter } : {});
}

/** Whether the API has told of the error itself, as an event of a stream. */
function isTold({ error }: APIError): boolean {
  return typeof error === 'object' && error !== null && 'error' in error;
}
