import Anthropic from '@anthropic-ai/sdk';
import type { ClientOptions } from '@anthropic-ai/sdk';
import { Agent } from 'undici';

import { withoutUser } from '../../secrets/index.js';
import { wholeFetch } from './whole-fetch.js';
import { fetchWithinOrigin } from './within-origin.js';

/** Where model calls go, and the key they go with. */
export interface ModelApi {
  apiKey: string;
  /** Without `/v1`. */
  baseURL: string;
}

/** Clients of one API over one pool of connections. */
export interface ModelClient {
  /** For answers that come whole, at less cost. */
  whole: Anthropic;
  streaming: Anthropic;
}

/** One client, and with it one pool of connections, for each API. */
export class ModelClients {
  readonly #clients = new Map<string, ModelClient>();

  clientOf(api: ModelApi): ModelClient {
    const name = JSON.stringify([api.baseURL, api.apiKey]);
    const client = this.#clients.get(name) ?? createClient(api);
    this.#clients.set(name, client);
    return client;
  }
}

function createClient({ apiKey, baseURL }: ModelApi): ModelClient {
  // Left alone, undici gives an answer up after 300 s. How many connections there are is for the worker's slots to say.
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  const settings: ClientOptions = {
    apiKey,
    // Whatever other credential the environment holds is not ours to use.
    authToken: null,
    // What has a user or a password `fetch` refuses, and quotes; the key takes their place in the request.
    baseURL: withoutUser(baseURL),
    // Temporal retries; three tries of the SDK in each of five attempts would be fifteen paid calls.
    maxRetries: 0,
    // At `debug` it would print prompts.
    logLevel: 'off',
    openTelemetry: false,
  };
  return {
    whole: new Anthropic({ ...settings, fetch: wholeFetch(dispatcher) }),
    streaming: new Anthropic({
      ...settings,
      // Agent and fetch of one version: Node's own fetch comes with whatever undici Node was built with.
      fetch: fetchWithinOrigin as unknown as typeof globalThis.fetch,
      fetchOptions: { dispatcher },
    }),
  };
}
