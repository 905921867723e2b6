import type { MessageCreateParamsNonStreaming, TextBlockParam } from '@anthropic-ai/sdk/resources/messages';

import type { JsonSchema, ModelRequest } from '../contract/activities.js';

/**
 * The request as the Messages API takes it. What branches share comes first and byte for byte the same: system, then document;
 * the prompt, in which they differ, comes last.
 *
 * @param document the text of `request.document`
 * @param outputSchema in the words that the API takes
 */
export function buildRequest(
  { model, maxTokens, system, prompt, cacheDocument }: ModelRequest,
  document: string | undefined,
  outputSchema?: JsonSchema,
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
    ...(outputSchema !== undefined && { output_config: { format: { type: 'json_schema', schema: outputSchema } } }),
  };
}
