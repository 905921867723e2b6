import { ApiFailure } from '../http/api-failure.js';
import type { Exchange } from '../http/exchange.js';
import { failureOf, htmlBytesOf, htmlPage, isErrorFault } from './error-faults.js';
import type { OtherFault } from './script.js';

/** What is sent instead of an answer, where the fault leaves nothing of it. */
export function substituteFor(
  fault: OtherFault | undefined,
  streamed: boolean,
): ((exchange: Exchange) => void) | undefined {
  switch (fault?.kind) {
    case 'malformed-json':
      return (exchange) =>
        exchange.sendText(200, '{"id":"msg_offline","type":"message","content":[{"type":"te', 'application/json');
    case 'empty-object':
      return (exchange) => exchange.sendJson(200, {});
    case 'html':
      return (exchange) => exchange.sendText(200, htmlPage('Welcome', fault.bytes ?? 0), 'text/html; charset=utf-8');
    case 'body':
      return (exchange) => exchange.sendText(200, fault.body, fault.contentType ?? 'application/json');
    case 'stream-error':
      // Without a stream the error comes in its ordinary shape.
      return streamed ? undefined : (exchange) => exchange.fail(new ApiFailure(529, 'overloaded_error', 'Overloaded'));
    default:
      return isErrorFault(fault) ? (exchange) => sendError(exchange, fault) : undefined;
  }
}

function sendError(exchange: Exchange, fault: Parameters<typeof failureOf>[0]): void {
  const failure = failureOf(fault);
  const bytes = htmlBytesOf(fault);
  if (bytes === undefined) exchange.fail(failure);
  else
    exchange.sendText(failure.status, htmlPage(`${failure.status} Bad Gateway`, bytes), 'text/html', failure.headers);
}
