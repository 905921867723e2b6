import { Anthropic } from '@anthropic-ai/sdk';
import type { Dispatcher, RequestInit } from 'undici';

import { fullName, namedModel } from '../../contract/providers.js';
import { connectionsBy } from '../../network/connections.js';
import { withoutUser } from '../../secrets/index.js';
import { claudeName } from '../providers/claude-name.js';
import { providerRow } from '../providers/provider-table.js';
import type { ClientSettings, MessagesClient, ModelApi, ProviderRow } from '../providers/provider.js';
import { isForStream, streamFetch } from './stream-fetch.js';
import { wholeFetch } from './whole-fetch.js';
import { fetchWithinOrigin } from './within-origin.js';

export type { ModelApi } from '../providers/provider.js';

/** Two clients of one API that share a pool of connections. */
export interface ModelClient {
  /** The client for answers that come whole, which costs less. */
  whole: MessagesClient;
  streaming: MessagesClient;
  /** The provider's own name of a model that is named in full. */
  ownName(model: string): string;
  /** The full name of the model that answered, as it is billed and shown. */
  answeredBy(asked: string, answered: string): string;
}

/** The same of Anthropic itself. */
export interface AnthropicClients extends ModelClient {
  streaming: Anthropic;
}

/** Loads the SDK, which bundled programs leave until something of it is used: the first call need not wait for it. */
export function loadSdk(): string {
  return Anthropic.name;
}

/** Clients of all APIs, each with its pool of connections. */
export class ModelClients {
  readonly #clients = new Map<string, Promise<ModelClient>>();
  readonly #anthropic = new Map<string, AnthropicClients>();

  /** @param env says which proxy the APIs are asked through, and has the credentials of other providers; by default none */
  constructor(readonly env: NodeJS.ProcessEnv = {}) {}

  /** @throws UnavailableError `ProviderNotInstalled` */
  async clientOf(api: ModelApi): Promise<ModelClient> {
    const row = providerRow(api.provider ?? 'anthropic');
    if (row === undefined) return this.anthropicOf(api);
    const name = JSON.stringify([api.provider, api.baseURL, api.apiKey]);
    const client = this.#clients.get(name) ?? clientOfOther(row, api, this.#connections(), this.env);
    this.#clients.set(name, client);
    // What is missing now may be installed, or set, the next time.
    client.catch(() => this.#clients.delete(name));
    return client;
  }

  /** Anthropic's own clients, which have what no other provider has: batches. */
  anthropicOf(api: ModelApi): AnthropicClients {
    const name = JSON.stringify([api.baseURL, api.apiKey]);
    const clients = this.#anthropic.get(name) ?? anthropicClients(api, this.#connections());
    this.#anthropic.set(name, clients);
    return clients;
  }

  #connections(): Dispatcher {
    // undici itself would give up an answer after 300 s. The worker's slots decide how many connections there are.
    return connectionsBy(this.env, { headersTimeout: 0, bodyTimeout: 0 });
  }
}

const settings: ClientSettings = {
  // Temporal retries. Three tries of the SDK in each of five attempts would be fifteen paid calls.
  maxRetries: 0,
  // The SDK's log would print prompts at `debug`.
  logLevel: 'off',
  openTelemetry: false,
};

/** Anthropic's own clients. No other credential of the environment is used. */
function anthropicClients({ apiKey, baseURL }: ModelApi, dispatcher: Dispatcher): AnthropicClients {
  const given = {
    ...settings,
    apiKey,
    authToken: null,
    // `fetch` refuses an address with a user or a password, and quotes it. The key takes their place in the request.
    baseURL: withoutUser(baseURL),
  };
  return {
    whole: new Anthropic({ ...given, fetch: wholeFetch(dispatcher) }),
    streaming: new Anthropic({ ...given, fetch: streamFetch(dispatcher) }),
    ownName: (model) => namedModel(model).name,
    answeredBy: (_, answered) => answered,
  };
}

async function clientOfOther(
  row: ProviderRow,
  api: ModelApi,
  dispatcher: Dispatcher,
  env: NodeJS.ProcessEnv,
): Promise<ModelClient> {
  const [whole, stream] = [wholeFetch(dispatcher), streamFetch(dispatcher)];
  const client = await row.client(
    { ...api, baseURL: withoutUser(api.baseURL) },
    {
      events: (url, init) => (isForStream(init?.body) ? stream(url, init) : whole(url, init)),
      raw: (url, init) =>
        fetchWithinOrigin(url as string, { ...init, dispatcher } as RequestInit) as unknown as Promise<Response>,
    },
    settings,
    env,
  );
  const { provider = 'anthropic' } = api;
  return {
    whole: client,
    streaming: client,
    ownName: (model) => row.ownName(namedModel(model).name),
    // What was asked for is billed: only a profile or a deployment does not say what it is.
    answeredBy: (asked, answered) =>
      row.hasClaude && claudeName(namedModel(asked).name) === undefined ? fullName(answered, provider) : asked,
  };
}
