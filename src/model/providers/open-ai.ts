import type { Response as UndiciResponse } from 'undici';

import type { Provider } from '../../contract/providers.js';
import { isForStream } from '../call/stream-fetch.js';
import { asEvents } from '../call/whole-answer.js';
import type { ModelNamed } from './language-model/language-model-fetch.js';
import type { ClientSettings, MessagesClient, ModelApi, ProviderRow } from './provider.js';
import { addressIn, keyIn, loaded } from './provider.js';

/** OpenAI's chat completions. */
export const openai: ProviderRow = {
  title: 'OpenAI',
  packageName: '@ai-sdk/openai',
  traceName: 'openai',
  hasClaude: false,
  counts: false,
  needs: 'OPENAI_API_KEY',
  apiOf(env): ModelApi | undefined {
    const apiKey = keyIn(env, 'OPENAI_API_KEY');
    const baseURL = addressIn(env, 'OPENAI_BASE_URL') ?? 'https://api.openai.com/v1';
    return apiKey ? { provider: 'openai', apiKey, baseURL } : undefined;
  },
  ownName: (name) => name,
  async client({ apiKey, baseURL }, { raw }, settings) {
    const { createOpenAI } = await loaded(openai, () => import('@ai-sdk/openai'));
    const models = createOpenAI({ apiKey, baseURL, fetch: eventsWhereAsked(raw) });
    return clientOf('openai', (name) => models.chat(name), settings);
  },
};

/** Whatever else speaks chat completions: other vendors, and servers of one's own. */
export const openaiCompatible: ProviderRow = {
  title: 'an OpenAI-compatible API',
  packageName: '@ai-sdk/openai-compatible',
  traceName: 'openai',
  hasClaude: false,
  counts: false,
  needs: 'FANFOLD_OPENAI_COMPATIBLE_URL, and FANFOLD_OPENAI_COMPATIBLE_KEY where it wants a key',
  apiOf(env): ModelApi | undefined {
    const baseURL = addressIn(env, 'FANFOLD_OPENAI_COMPATIBLE_URL');
    const apiKey = keyIn(env, 'FANFOLD_OPENAI_COMPATIBLE_KEY') ?? '';
    return baseURL === undefined ? undefined : { provider: 'openai-compatible', apiKey, baseURL };
  },
  ownName: (name) => name,
  async client({ apiKey, baseURL }, { raw }, settings) {
    const { createOpenAICompatible } = await loaded(openaiCompatible, () => import('@ai-sdk/openai-compatible'));
    const models = createOpenAICompatible({
      name: 'openaiCompatible',
      baseURL,
      ...(apiKey !== '' && { apiKey }),
      fetch: eventsWhereAsked(raw),
      includeUsage: true,
      supportsStructuredOutputs: true,
    });
    return clientOf('openai-compatible', (name) => models.chatModel(name), settings);
  },
};

/** A `fetch` whose answer to a question for a stream is one: the AI SDK would read a page of HTML as a stream without events. */
function eventsWhereAsked(raw: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (url, init) => {
    const answer = await raw(url, init);
    if (!isForStream(init?.body)) return answer;
    return (await asEvents(answer as unknown as UndiciResponse)) as unknown as Response;
  };
}

/** The SDK's own client before a language model: nothing of it reaches the network. */
async function clientOf(provider: Provider, named: ModelNamed, settings: ClientSettings): Promise<MessagesClient> {
  const [{ default: Anthropic }, { languageModelFetch }] = await Promise.all([
    import('@anthropic-ai/sdk'),
    import('./language-model/language-model-fetch.js'),
  ]);
  const baseURL = `http://${provider}.fanfold.invalid`;
  return new Anthropic({ ...settings, apiKey: 'none', authToken: null, baseURL, fetch: languageModelFetch(named) });
}
