import type { ServerResponse } from 'node:http';

/** Kinds of errors of the Messages API (https://platform.claude.com/docs/en/api/errors). */
type ErrorKind =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'billing_error'
  | 'permission_error'
  | 'not_found_error'
  | 'request_too_large'
  | 'rate_limit_error'
  | 'api_error'
  | 'overloaded_error';

/** Answers with an error as the Messages API would, so that every SDK knows what it means. */
export function sendError(
  response: ServerResponse,
  status: number,
  type: ErrorKind,
  message: string,
  headers: Record<string, string> = {},
): void {
  if (response.headersSent) return void response.destroy();
  sendJson(response, status, { type: 'error', error: { type, message } }, headers);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(value);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers })
    .end(text);
}
