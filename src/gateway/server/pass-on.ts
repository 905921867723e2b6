import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';

import type { Serving } from './serving.js';
import { refuse } from './refuse.js';
import { goneSignal, readBody } from './read-body.js';
import { fullNameBy } from './named.js';
import { answerHeaders, askUpstream, checkPassable } from './upstream.js';

/** Hands a request on as it is, with the gateway's key, and its answer back: counts of tokens, models, batches, files. */
export async function passOn(
  request: IncomingMessage,
  response: ServerResponse,
  _client: string,
  { settings }: Pick<Serving, 'settings'>,
): Promise<void> {
  const body = await readBody(request, response);
  if (body === undefined) return;
  const signal = goneSignal(response);
  try {
    const offline = settings.foreignLine === 'offline';
    const api = await settings.apiOf({ offline, body: { model: fullNameBy(settings, offline, '') } });
    checkPassable(api);
    const answered = await askUpstream(request, body, api, settings, signal);
    response.writeHead(answered.status, answerHeaders(answered));
    if (answered.body === null) return void response.end();
    await pipeline(Readable.fromWeb(answered.body as ReadableStream), response);
  } catch (error) {
    if (!signal.aborted) refuse(response, error, settings.secrets);
  }
}
