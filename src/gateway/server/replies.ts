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

/** Answers with an error as the Messages API would, so that every SDK knows what it means; an answer that has begun as a stream ends with it. */
export function sendError(
  response: ServerResponse,
  status: number,
  type: ErrorKind,
  message: string,
  headers: Record<string, string> = {},
): void {
  const body = { type: 'error', error: { type, message } };
  if (response.headersSent) endStream(response, body);
  else sendJson(response, status, body, headers);
}

/** Answers whose events are this process's own: an event can be added to them. */
const streams = new WeakSet<ServerResponse>();

/** Begins a stream of events. */
export function beginStream(response: ServerResponse, headers: Record<string, string> = {}): void {
  streams.add(response);
  response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
}

/** Ends an answer that has begun: a stream of events with an event `error`, anything else by cutting it, since it is not whole. */
export function endStream(response: ServerResponse, error: object): void {
  if (streams.has(response)) response.end(eventText({ ...error, type: 'error' }));
  else response.destroy();
}

/** An event as a stream has it. */
export function eventText(event: { type: string }): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
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
