import type { Message, Usage } from '@anthropic-ai/sdk/resources/messages';
import type { CacheShare } from '../cache/prompt-cache.js';
import { serverToolUsageOf } from '../answer/web-search.js';
import { outputTokensOf } from './reply.js';
import type { Reply } from './reply.js';

export function usageOf(reply: Reply, share: CacheShare, tier: 'standard' | 'batch'): Usage {
  return {
    input_tokens: share.uncached,
    output_tokens: outputTokensOf(reply.content),
    cache_creation_input_tokens: share.written5m + share.written1h,
    cache_read_input_tokens: share.read,
    cache_creation: { ephemeral_5m_input_tokens: share.written5m, ephemeral_1h_input_tokens: share.written1h },
    inference_geo: null,
    output_tokens_details: null,
    server_tool_use: serverToolUsageOf(reply.content),
    service_tier: tier,
    speed: null,
  };
}

export function messageOf(reply: Reply, usage: Usage, model: string, id: string): Message {
  return {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: reply.content,
    stop_reason: reply.stopReason,
    stop_sequence: reply.stopSequence ?? null,
    stop_details: reply.stopDetails ?? null,
    usage,
    container: null,
    diagnostics: null,
  };
}
