import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { ApiFailure } from './http/api-failure.js';
import { Exchange } from './http/exchange.js';
import { Hangup } from './http/pause.js';

/** Serves every request through `route`; what it throws becomes the answer. */
export function createApiServer(route: (exchange: Exchange) => Promise<void>): Server {
  let requests = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests += 1;
    const exchange = new Exchange(request, response, `req_offline_${requests}`);
    try {
      await route(exchange);
    } catch (cause) {
      conclude(exchange, cause);
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  // Node's default of 5 s closes connections that a pool is about to use again.
  server.keepAliveTimeout = 75_000;
  server.headersTimeout = 90_000;
  // A slow link may take long to send a large document.
  server.requestTimeout = 0;
  return server;
}

function conclude(exchange: Exchange, cause: unknown): void {
  // A client that has gone is no failure, and a response that has begun cannot be taken back.
  if (cause instanceof Hangup || exchange.signal.aborted || exchange.request.errored) return;
  if (exchange.response.headersSent) return exchange.sever();
  try {
    exchange.fail(
      cause instanceof ApiFailure ? cause : new ApiFailure(500, 'api_error', `Offline model: ${String(cause)}`),
    );
  } catch {
    // A script may ask for a header that HTTP does not allow.
    exchange.sever();
  }
}
