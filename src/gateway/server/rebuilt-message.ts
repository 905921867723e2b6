import type { Entry } from '../../journal/index.js';
import { messageOf } from '../../model/call/kept-answer.js';

type Block = Record<string, unknown> & { type: string };

/** A message of the Messages API. */
export interface RebuiltMessage {
  id: string;
  type: 'message';
  role: 'assistant';
  model: string;
  content: Block[];
  stop_reason: string;
  stop_sequence: null;
  usage: Record<string, number | Record<string, number>>;
}

/** The message of an entry, as the API would give it. Its usage is what was paid when it was asked for. */
export function rebuiltMessage(key: string, entry: Entry): RebuiltMessage {
  const { text, content, stopReason, model, usage } = messageOf(entry);
  return {
    id: `msg_journal_${key.slice(0, 24)}`,
    type: 'message',
    role: 'assistant',
    model,
    content: (content as Block[] | undefined) ?? [{ type: 'text', text }],
    stop_reason: stopReason,
    stop_sequence: null,
    usage: {
      input_tokens: usage.inputTokens,
      output_tokens: usage.outputTokens,
      cache_creation_input_tokens: usage.cacheWriteTokens,
      cache_read_input_tokens: usage.cacheReadTokens,
      ...(usage.hourCacheWriteTokens !== undefined && {
        cache_creation: {
          ephemeral_5m_input_tokens: usage.cacheWriteTokens - usage.hourCacheWriteTokens,
          ephemeral_1h_input_tokens: usage.hourCacheWriteTokens,
        },
      }),
      ...(usage.webSearches !== undefined && { server_tool_use: { web_search_requests: usage.webSearches } }),
    },
  };
}

/** The events that a message would have come in as a stream. */
export function* eventsOf(message: RebuiltMessage): Generator<Block> {
  const { content, stop_reason, stop_sequence, usage } = message;
  yield { type: 'message_start', message: { ...message, content: [], stop_reason: null } };
  for (const [index, block] of content.entries()) {
    const [begun, ...deltas] = partsOf(block);
    yield { type: 'content_block_start', index, content_block: begun };
    for (const delta of deltas) yield { type: 'content_block_delta', index, delta };
    yield { type: 'content_block_stop', index };
  }
  yield { type: 'message_delta', delta: { stop_reason, stop_sequence }, usage };
  yield { type: 'message_stop' };
}

/** A block as it begins, and what is added to it. Kinds that come in one piece begin whole. */
function partsOf(block: Block): Record<string, unknown>[] {
  switch (block.type) {
    case 'text':
      return [
        { ...block, text: '' },
        { type: 'text_delta', text: block['text'] },
      ];
    case 'tool_use':
      return [
        { ...block, input: {} },
        { type: 'input_json_delta', partial_json: JSON.stringify(block['input'] ?? {}) },
      ];
    case 'thinking':
      return [
        { ...block, thinking: '', signature: '' },
        { type: 'thinking_delta', thinking: block['thinking'] },
        { type: 'signature_delta', signature: block['signature'] },
      ];
    default:
      return [block];
  }
}
