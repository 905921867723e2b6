import type {
  ContentBlockParam,
  MessageCreateParamsNonStreaming,
  MessageParam,
  Tool,
  ToolUnion,
} from '@anthropic-ai/sdk/resources/messages';

import type { DocumentContent } from '../contract/document.js';
import type { ModelRequest } from '../contract/model-request.js';
import type { JsonSchema } from '../contract/json-schema.js';
import type { ServerTool } from '../contract/server-tool.js';
import { searchDefaults } from '../plan/server-tools.js';
import { leastCachedBytes } from '../contract/limits.js';
import { fileBlock, innerBlocks, isFileBlock } from './file-blocks.js';
import { mustAnswer } from '../prompts/agent.js';
import { toolInputOf } from './tool-input.js';
import { isBlank, wellFormed } from './sendable.js';

/**
 * Builds a request of the Messages API. Parts that branches share come first and byte for byte the same: system, then document.
 * The prompt, in which they differ, comes last. A long conversation is put in the prompt cache up to its end, where its next turn
 * begins. Blocks that say nothing are left out, and every text is whole characters: the API takes nothing else.
 *
 * @param document what `request.document` says, and the files of the prompt: texts, and files that the API reads itself
 * @param outputSchema in the words that the API takes
 * @param turns what `request.turns` says, as messages
 */
export function buildRequest(
  { model, maxTokens, system, prompt, cacheDocument, tools, serverTools = [], lastTurn }: ModelRequest,
  document: DocumentContent | readonly DocumentContent[] | undefined,
  outputSchema?: JsonSchema,
  turns: readonly MessageParam[] = [],
): MessageCreateParamsNonStreaming {
  const content: ContentBlockParam[] = (typeof document === 'string' ? [document] : [document ?? []].flat())
    .filter((part) => typeof part !== 'string' || !isBlank(part))
    // The cache takes all up to its mark.
    .map((part, at, all) => documentBlock(part, cacheDocument === true && at === all.length - 1));
  if (!isBlank(prompt)) content.push({ type: 'text', text: prompt });
  const offered = [...(tools?.map(asTool) ?? []), ...serverTools.map(asServerTool)];
  const hasTools = tools !== undefined || offered.length > 0;
  return wellFormed({
    model,
    max_tokens: maxTokens,
    ...(!isBlank(system) && { system }),
    ...(hasTools && { tools: offered }),
    // The tools stay in the request: the API would refuse the calls that were made of them.
    ...(hasTools && lastTurn === true && { tool_choice: { type: 'none' } }),
    messages: [{ role: 'user', content }, ...withEnd(turns, lastTurn === true)],
    ...(outputSchema !== undefined && { output_config: { format: { type: 'json_schema', schema: outputSchema } } }),
  });
}

/** Too short a document is not cached, and costs nothing extra. */
function documentBlock(part: DocumentContent, isCached: boolean): ContentBlockParam {
  if (typeof part !== 'string') return fileBlock(part, isCached);
  return { type: 'text', text: part, ...(isCached && { cache_control: { type: 'ephemeral' } }) };
}

function asTool({ name, description, inputSchema }: NonNullable<ModelRequest['tools']>[number]): Tool {
  return { name, ...(!isBlank(description) && { description }), input_schema: toolInputOf(inputSchema) };
}

/** The newest versions of the API's tools that every model with tools takes. */
function asServerTool(tool: ServerTool): ToolUnion {
  if (tool.name === 'code_execution') return { type: 'code_execution_20250825', name: tool.name };
  const { name, maxUses = searchDefaults.maxUses, allowedDomains } = tool;
  const only = allowedDomains === undefined ? {} : { allowed_domains: [...allowedDomains] };
  return { type: 'web_search_20250305', name, max_uses: maxUses, ...only };
}

function withEnd(turns: readonly MessageParam[], lastTurn: boolean): MessageParam[] {
  const end = turns.at(-1);
  if (end === undefined || typeof end.content === 'string') return [...turns];
  const blocks: ContentBlockParam[] = [...end.content];
  const last = blocks.at(-1);
  if (last?.type === 'tool_result' && JSON.stringify(turns).length >= leastCachedBytes) {
    blocks[blocks.length - 1] = { ...last, cache_control: { type: 'ephemeral' } };
  }
  if (lastTurn) blocks.push({ type: 'text', text: mustAnswer });
  return [...turns.slice(0, -1), { role: 'user', content: blocks }];
}

/** Whether a part of the request is written to the prompt cache. */
export function isCached({ messages }: MessageCreateParamsNonStreaming): boolean {
  return messages.some(
    ({ content }) => typeof content !== 'string' && content.some((block) => 'cache_control' in block),
  );
}

/** The text of a request, tools and their results included, as far as it is counted. Files are no text: see `fileTokensIn`. */
export function textsIn({ system, messages, tools, output_config: format }: MessageCreateParamsNonStreaming): string[] {
  const texts = messages.flatMap(({ content }) =>
    typeof content === 'string'
      ? [content]
      : innerBlocks(content)
          .filter((block) => !isFileBlock(block))
          .map((block) => (block.type === 'text' ? block.text : JSON.stringify(block))),
  );
  if (system !== undefined) texts.push(...(typeof system === 'string' ? [system] : system.map(({ text }) => text)));
  for (const part of [tools, format]) if (part !== undefined) texts.push(JSON.stringify(part));
  return texts;
}
