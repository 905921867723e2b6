import { Readable } from 'node:stream';

import type { Dispatcher, RequestInit, Response as UndiciResponse } from 'undici';

import { asEvents } from './whole-answer.js';
import { addHeaders, isRedirect, requested, textOf, WholeResponse } from './whole-fetch.js';
import { fetchWithinOrigin } from './within-origin.js';

type Fetch = typeof globalThis.fetch;

/**
 * A `fetch` whose answer to a question for a stream is one. It resolves when the headers are there.
 *
 * It does without web streams, as `wholeFetch` does, wherever the answer is what was asked for.
 */
export function streamFetch(connections: Dispatcher): Fetch {
  // Batches are asked about with the same client, and redirects are rare: both go the long way.
  const long = (url: Parameters<Fetch>[0], init: Parameters<Fetch>[1]) =>
    fetchWithinOrigin(url as string, { ...init, dispatcher: connections } as RequestInit);
  return async (url, init = {}) => {
    if (!isForStream(init.body)) return (await long(url, init)) as unknown as Response;
    const answer = await requested(connections, url, init);
    if (isRedirect(answer)) {
      await answer.body.dump();
      return (await asEvents(await long(url, init))) as unknown as Response;
    }
    if (answer.statusCode < 200 || answer.statusCode > 299) return new WholeResponse(await textOf(answer), answer);
    if (answer.headers['content-encoding'] === undefined && saysEvents(answer)) return new EventsResponse(answer);
    return (await asEvents((await plain(answer)) as unknown as UndiciResponse)) as unknown as Response;
  };
}

export function isForStream(body: unknown): boolean {
  return typeof body === 'string' && /"stream":\s*true/.test(body.slice(-200) + body.slice(0, 200));
}

function saysEvents({ headers }: Dispatcher.ResponseData): boolean {
  return /event-stream|jsonl/.test(String(headers['content-type'] ?? ''));
}

/** An answer as `fetch` has it. One that came compressed is read whole, so that it inflates within bounds. */
async function plain(answer: Dispatcher.ResponseData): Promise<Response> {
  const { 'content-encoding': encoding = 'identity', ...others } = answer.headers;
  const headers = new Headers();
  addHeaders(headers, others);
  const body = encoding === 'identity' ? (Readable.toWeb(answer.body) as ReadableStream) : await textOf(answer);
  return new Response(body, { headers });
}

/** A response whose body is a stream of Node's: all that the SDK does with it is to go through it. */
class EventsResponse extends Response {
  override readonly body: Response['body'];

  constructor({ body, headers }: Dispatcher.ResponseData) {
    super(null);
    addHeaders(this.headers, headers);
    // Cut before anybody reads it, it would end the process: whoever does read it hears of the failure by that.
    body.on('error', () => {});
    this.body = body as unknown as Response['body'];
  }
}
