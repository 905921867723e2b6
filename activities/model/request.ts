import type { MessageCreateParamsNonStreaming, TextBlockParam } from '@anthropic-ai/sdk/resources/messages';

import type { ModelRequest } from '../../src/contract/activities.js';
import type { OutputFormat } from './output-format.js';

/**
 * The request as the Messages API takes it. What branches share comes first and byte for byte the same: system, then document;
 * the prompt, in which they differ, comes last.
 */
export function buildRequest(
  { model, maxTokens, system, prompt, cacheDocument }: ModelRequest,
  document: string | undefined,
  format: OutputFormat | undefined,
): MessageCreateParamsNonStreaming {
  const content: TextBlockParam[] = [];
  // The API refuses empty blocks.
  if (document !== undefined && document !== '') {
    // Too short a document is not cached, and costs nothing extra.
    content.push({
      type: 'text',
      text: document,
      ...(cacheDocument === true && { cache_control: { type: 'ephemeral' } }),
    });
  }
  content.push({ type: 'text', text: prompt });
  return {
    model,
    max_tokens: maxTokens,
    ...(system !== '' && { system }),
    messages: [{ role: 'user', content }],
    ...(format !== undefined && { output_config: { format: { type: 'json_schema', schema: format.wire } } }),
  };
}
