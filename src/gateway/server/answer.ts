import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Spend } from '../../journal/index.js';
import { answerBatches, isOfBatches } from './handed-batches.js';
import type { Entrance } from './gateway-door.js';
import { passOn } from './pass-on.js';
import { answerMessages } from './messages.js';
import { endPath, totalsPath } from '../protocol/frames.js';
import { sendError, sendJson } from './replies.js';
import type { Serving } from './serving.js';

/** Answers one request: the Messages API for whoever speaks it, and how the gateway stands. It never rejects. */
export async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  entrance: Entrance,
  serving: Serving,
): Promise<void> {
  // What is written to whoever is gone is lost, and no more.
  response.on('error', () => {});
  const { method = 'GET', url = '/' } = request;
  const [path = '/'] = url.split('?');
  if (path === '/fanfold/v1/health')
    return sendJson(response, serving.isDraining ? 503 : 200, { draining: serving.isDraining });
  if ('status' in entrance) {
    const { status, why } = entrance;
    return sendError(response, status, status === 401 ? 'authentication_error' : 'permission_error', why);
  }
  if (path === endPath && method === 'POST' && serving.settings.onEndAsked !== undefined) {
    serving.settings.onEndAsked();
    return sendJson(response, 202, { draining: true });
  }
  if (path === totalsPath && serving.settings.tellsTotals === true) return sendJson(response, 200, serving.totals());
  if (path === '/fanfold/v1/spend') return answerSpend(response, entrance.client, url, serving);
  if (path === '/fanfold/v1/limits') return sendJson(response, 200, serving.limits());
  if (!path.startsWith('/v1/') || !isPlain(path))
    return sendError(response, 404, 'not_found_error', `Expected /v1/messages or the like, got ${path}.`);
  if (serving.isDraining) {
    return sendError(
      response,
      529,
      'overloaded_error',
      'This gateway is about to end; another one will take its place.',
      {
        'retry-after': '1',
      },
    );
  }
  const work = answererOf(method, path)(request, response, entrance.client, serving).catch((error: unknown) => {
    // Whoever is gone before the whole of a request is no failure.
    if (response.destroyed) return;
    serving.settings.say(`a request to ${path} failed: ${serving.settings.secrets.text((error as Error).message)}`);
    sendError(response, 500, 'api_error', 'The gateway failed; its log says why.');
  });
  serving.foreign.add(work);
  await work;
  serving.foreign.delete(work);
}

function answererOf(method: string, path: string): typeof answerMessages {
  if (method === 'POST' && path === '/v1/messages') return answerMessages;
  return isOfBatches(path) ? answerBatches : passOn;
}

/** Whether the path is written in the one way that everybody on its way understands: another spelling would pass by budget and ledger. */
function isPlain(path: string): boolean {
  return !/%|\/\/|\/$/.test(path) && new URL(path, 'http://gateway').pathname === path;
}

/** The ledger from a day on. Where clients have tokens, each sees its own. */
async function answerSpend(
  response: ServerResponse,
  client: string,
  url: string,
  { settings }: Serving,
): Promise<void> {
  const since = new URLSearchParams(url.split('?')[1]).get('since') ?? '';
  if (since !== '' && !/^\d{4}-\d{2}-\d{2}$/.test(since)) {
    return sendError(
      response,
      400,
      'invalid_request_error',
      `Expected \`since\` to be a day such as 2026-11-28, got ${since}.`,
    );
  }
  const rows: Spend[] = await settings.journal.spend(since);
  sendJson(response, 200, settings.clients === undefined ? rows : rows.filter((row) => row.client === client));
}
