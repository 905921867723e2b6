import type { ModelApi, ProviderRow } from './provider.js';
import { addressIn, keyIn, loaded } from './provider.js';

/** Claude in Microsoft Foundry: the Messages API at a resource of one's own. */
export const foundry: ProviderRow = {
  title: 'Microsoft Foundry',
  packageName: '@anthropic-ai/foundry-sdk',
  traceName: 'azure.ai.inference',
  hasClaude: true,
  counts: true,
  needs: 'ANTHROPIC_FOUNDRY_API_KEY, and ANTHROPIC_FOUNDRY_RESOURCE or ANTHROPIC_FOUNDRY_BASE_URL',
  apiOf(env): ModelApi | undefined {
    const apiKey = keyIn(env, 'ANTHROPIC_FOUNDRY_API_KEY');
    const resource = env['ANTHROPIC_FOUNDRY_RESOURCE']?.trim();
    const baseURL =
      addressIn(env, 'ANTHROPIC_FOUNDRY_BASE_URL') ??
      (resource ? `https://${resource}.services.ai.azure.com/anthropic` : undefined);
    return apiKey && baseURL !== undefined ? { provider: 'foundry', apiKey, baseURL } : undefined;
  },
  // A deployment is named by whoever made it; by default it is Anthropic's own name.
  ownName: (name) => name,
  async client({ baseURL, apiKey }, { events }, settings) {
    const { AnthropicFoundry } = await loaded(foundry, () => import('@anthropic-ai/foundry-sdk'));
    return new AnthropicFoundry({
      ...settings,
      apiKey,
      baseURL,
      // A base URL and a resource exclude one another, and the package would take the variable.
      resource: null,
      fetch: events,
    });
  },
};
