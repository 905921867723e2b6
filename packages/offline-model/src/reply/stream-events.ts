import type {
  ContentBlock,
  Message,
  RawContentBlockDelta,
  RawMessageStreamEvent,
} from '@anthropic-ai/sdk/resources/messages';

/** An answer is sent in so many pieces, long or short, so that a long one costs no more time. */
const pieces = 16;
const shortestPiece = 24;

/** The events by which a message is streamed, pings left out. `cutToolInput` ends the last tool's JSON half way. */
export function eventsOf(message: Message, cutToolInput = false): RawMessageStreamEvent[] {
  return [
    {
      type: 'message_start',
      message: {
        ...message,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        stop_details: null,
        usage: { ...message.usage, output_tokens: 1 },
      },
    },
    ...message.content.flatMap((block, index) =>
      blockEvents(block, index, cutToolInput && index === message.content.length - 1),
    ),
    {
      type: 'message_delta',
      delta: {
        stop_reason: message.stop_reason,
        stop_sequence: message.stop_sequence,
        stop_details: message.stop_details,
        container: null,
      },
      usage: {
        input_tokens: message.usage.input_tokens,
        output_tokens: message.usage.output_tokens,
        cache_creation_input_tokens: message.usage.cache_creation_input_tokens,
        cache_read_input_tokens: message.usage.cache_read_input_tokens,
        output_tokens_details: null,
        server_tool_use: message.usage.server_tool_use,
      },
    },
    { type: 'message_stop' },
  ];
}

function blockEvents(block: ContentBlock, index: number, cut: boolean): RawMessageStreamEvent[] {
  // It comes in one piece.
  if (block.type === 'web_search_tool_result') {
    return [
      { type: 'content_block_start', index, content_block: block },
      { type: 'content_block_stop', index },
    ];
  }
  if (block.type !== 'text' && block.type !== 'tool_use' && block.type !== 'server_tool_use') return [];
  const empty = block.type === 'text' ? { ...block, text: '' } : { ...block, input: {} };
  const deltas: RawContentBlockDelta[] =
    block.type === 'text'
      ? piecesOf(block.text).map((text) => ({ type: 'text_delta', text }))
      : piecesOf(cutInHalf(JSON.stringify(block.input), cut)).map((json) => ({
          type: 'input_json_delta',
          partial_json: json,
        }));
  return [
    { type: 'content_block_start', index, content_block: empty },
    ...deltas.map((delta): RawMessageStreamEvent => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}

function cutInHalf(json: string, cut: boolean): string {
  return cut ? json.slice(0, Math.ceil(json.length / 2)) : json;
}

/** The text in pieces of whole characters: half a surrogate pair does not survive UTF-8. */
function piecesOf(text: string): string[] {
  const size = Math.max(shortestPiece, Math.ceil(text.length / pieces));
  return text.match(new RegExp(`[^]{1,${size}}`, 'gu')) ?? [];
}
