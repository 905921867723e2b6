import type { ContentBlock, MessageCreateParams, ServerToolUsage } from '@anthropic-ai/sdk/resources/messages';

import type { Ask } from '../ask/ask.js';
import { topicOf } from './words.js';

const direct = { type: 'direct' } as const;

/**
 * The blocks of a search of the web, where the request offers one and brings no results of tools yet. Nothing is searched: there is one hit,
 * on the first host that is allowed.
 *
 * @param idPrefix of the blocks' ids
 */
export function searchBlocks(
  { tools = [], tool_choice: choice }: MessageCreateParams,
  ask: Ask,
  idPrefix: string,
): ContentBlock[] {
  const tool = tools.find((each) => 'type' in each && /^web_search_\d+$/.test(each.type ?? ''));
  if (tool === undefined || ask.afterTools || choice?.type === 'none') return [];
  const id = `srvtoolu_offline_${idPrefix}`;
  const query = topicOf(ask.instruction).slice(0, 8).join(' ');
  const [host = 'offline.example'] = 'allowed_domains' in tool ? (tool.allowed_domains ?? []) : [];
  const title = `Nothing was searched for: ${query}`;
  return [
    { type: 'server_tool_use', id, name: 'web_search', input: { query }, caller: direct },
    {
      type: 'web_search_tool_result',
      tool_use_id: id,
      caller: direct,
      content: [
        {
          type: 'web_search_result',
          url: `https://${host}/`,
          title,
          encrypted_content: 'b2ZmbGluZQ==',
          page_age: null,
        },
      ],
    },
  ];
}

/** What of an answer the API bills by number; `null` where there is nothing. */
export function serverToolUsageOf(content: readonly ContentBlock[]): ServerToolUsage | null {
  const searches = content.filter((block) => block.type === 'server_tool_use' && block.name === 'web_search').length;
  return searches === 0 ? null : { web_search_requests: searches, web_fetch_requests: 0 };
}
