import Anthropic from '@anthropic-ai/sdk';
import type { ClientOptions } from '@anthropic-ai/sdk';

import { connectionsBy } from '../../network/connections.js';
import { withoutUser } from '../../secrets/index.js';
import { streamFetch } from './stream-fetch.js';
import { wholeFetch } from './whole-fetch.js';

/** The API that model calls go to, and its key. */
export interface ModelApi {
  apiKey: string;
  /** Without `/v1`. */
  baseURL: string;
}

/** Two clients of one API that share a pool of connections. */
export interface ModelClient {
  /** The client for answers that come whole, which costs less. */
  whole: Anthropic;
  streaming: Anthropic;
}

/** Clients of all APIs, each with its pool of connections. */
export class ModelClients {
  readonly #clients = new Map<string, ModelClient>();

  /** @param env says which proxy the APIs are asked through; by default none */
  constructor(readonly env: NodeJS.ProcessEnv = {}) {}

  clientOf(api: ModelApi): ModelClient {
    const name = JSON.stringify([api.baseURL, api.apiKey]);
    const client = this.#clients.get(name) ?? createClient(api, this.env);
    this.#clients.set(name, client);
    return client;
  }
}

function createClient({ apiKey, baseURL }: ModelApi, env: NodeJS.ProcessEnv): ModelClient {
  // undici itself would give up an answer after 300 s. The worker's slots decide how many connections there are.
  const dispatcher = connectionsBy(env, { headersTimeout: 0, bodyTimeout: 0 });
  const settings: ClientOptions = {
    apiKey,
    // No other credential of the environment is used.
    authToken: null,
    // `fetch` refuses an address with a user or a password, and quotes it. The key takes their place in the request.
    baseURL: withoutUser(baseURL),
    // Temporal retries. Three tries of the SDK in each of five attempts would be fifteen paid calls.
    maxRetries: 0,
    // The SDK's log would print prompts at `debug`.
    logLevel: 'off',
    openTelemetry: false,
  };
  return {
    whole: new Anthropic({ ...settings, fetch: wholeFetch(dispatcher) }),
    streaming: new Anthropic({ ...settings, fetch: streamFetch(dispatcher) }),
  };
}
