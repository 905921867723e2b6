import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import { estimateTokens, isCached, upperBoundUsd } from '../../model/index.js';

/** The most that a question may cost, in US dollars; `null` where the price is unknown. */
export function boundOf(body: MessageCreateParamsNonStreaming, structured: boolean): number | null {
  const { model, max_tokens: maxTokens } = body;
  return upperBoundUsd({ model, inputTokens: estimateTokens(body), maxTokens, cached: isCached(body), structured });
}
