import { namedModel } from '../../contract/providers.js';
import type { Provider } from '../../contract/providers.js';
import { bedrock } from './bedrock.js';
import { foundry } from './foundry.js';
import { openai, openaiCompatible } from './open-ai.js';
import type { ProviderRow } from './provider.js';
import { vertex } from './vertex.js';

/** All that differs between providers. Anthropic itself needs none of it. */
export const providerTable = {
  bedrock,
  vertex,
  foundry,
  openai,
  'openai-compatible': openaiCompatible,
} as const satisfies Record<Exclude<Provider, 'anthropic'>, ProviderRow>;

/** A provider's row; `undefined` for Anthropic itself. */
export function providerRow(provider: Provider): ProviderRow | undefined {
  return provider === 'anthropic' ? undefined : providerTable[provider];
}

/** Whether a model's provider counts input tokens; else they are estimated. */
export function isCounted(model: string): boolean {
  return providerRow(namedModel(model).provider)?.counts ?? true;
}
