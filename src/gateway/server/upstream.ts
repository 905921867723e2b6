import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

import type { Response } from 'undici';

import { InputError } from '../../contract/errors.js';
import type { ModelApi } from '../../model/call/client.js';
import { fetchWithinOrigin } from '../../model/call/within-origin.js';
import { connectionsBy } from '../../network/connections.js';
import { credentialsFor, versionOf } from './api-version.js';
import type { GatewaySettings } from './settings.js';

/** Headers that mean something to the API. A client's own key is not among them: the gateway's takes its place. */
const passed = /^(content-type|accept|idempotency-key|anthropic-(version|beta)|x-stainless-[\w-]+)$/;

/** Headers of an answer that belong to the connection, or to a body as it was sent. */
const ofConnection = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'keep-alive',
  'set-cookie',
  'strict-transport-security',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const pools = new WeakMap<NodeJS.ProcessEnv, ReturnType<typeof connectionsBy>>();

/**
 * Checks that a request can be handed on as it is. Other providers speak otherwise: they are asked through their own packages, by
 * questions that go through the journal.
 *
 * @throws InputError
 */
export function checkPassable({ provider = 'anthropic' }: ModelApi): void {
  if (provider === 'anthropic') return;
  throw new InputError(
    `Expected a question for the provider \`${provider}\` as \`POST /v1/messages\` with the header \`fanfold-journal: on\` or \`fresh\`, got one to be handed on as it is.`,
    "Or name one of Anthropic's models: `anthropic:ID`.",
  );
}

/** Asks the API what a client asks, with the gateway's key. The key goes to no other origin. */
export function askUpstream(
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  body: Buffer | undefined,
  { apiKey, baseURL }: ModelApi,
  { env }: Pick<GatewaySettings, 'env'>,
  signal: AbortSignal,
): Promise<Response> {
  const pool = pools.get(env) ?? connectionsBy(env, { headersTimeout: 0, bodyTimeout: 0 });
  pools.set(env, pool);
  return fetchWithinOrigin(`${baseURL}${request.url ?? ''}`, {
    method: request.method ?? 'GET',
    headers: { ...passedHeaders(request.headers, apiKey), 'accept-encoding': 'identity' },
    ...(body !== undefined && body.length > 0 && { body }),
    signal,
    dispatcher: pool,
  });
}

/** The headers of an answer, as they are handed on. */
export function answerHeaders({ headers }: Response): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !ofConnection.has(name)));
}

function passedHeaders(headers: IncomingHttpHeaders, apiKey: string): Record<string, string> {
  return {
    ...Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) =>
        value !== undefined && passed.test(name) ? [[name, [value].flat().join(', ')]] : [],
      ),
    ),
    ...credentialsFor(versionOf(headers), apiKey),
  };
}
