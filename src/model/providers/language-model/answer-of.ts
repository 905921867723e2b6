import type { LanguageModelV3Content, LanguageModelV3FinishReason, LanguageModelV3Usage } from '@ai-sdk/provider';
import type { Message, MessageCreateParamsNonStreaming, Usage } from '@anthropic-ai/sdk/resources/messages';

import { inputOf } from '../../call/call-input.js';
import { estimateTokens } from '../../estimate-tokens.js';
import { estimateText } from '../../../tokens/index.js';

/** How the Messages API calls the reasons for which a model stops. */
const stopReasons: Readonly<Record<LanguageModelV3FinishReason['unified'], Message['stop_reason']>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'content-filter': 'refusal',
  'tool-calls': 'tool_use',
  // What is not known is never taken for a whole answer.
  error: 'pause_turn',
  other: 'pause_turn',
};

export function stopReasonOf({ unified }: LanguageModelV3FinishReason): Message['stop_reason'] {
  return stopReasons[unified];
}

type Block = Message['content'][number];

/** What a model has said as blocks of the Messages API. Its reasoning stays behind: it is counted in the usage. */
export function blocksOf(content: readonly LanguageModelV3Content[]): Block[] {
  return content.flatMap((part): Block[] => {
    if (part.type === 'text') return part.text === '' ? [] : [{ type: 'text', text: part.text, citations: null }];
    if (part.type !== 'tool-call') return [];
    const { toolCallId: id, toolName: name, input } = part;
    return [{ type: 'tool_use', id, name, input: inputOf(input) } as Block];
  });
}

/**
 * The usage as the Messages API tells it: what came from a cache stands by itself. A server that tells none is billed by an estimate
 * from above, for nothing is free because nobody counted.
 *
 * @param said all that the answer has, as text
 */
export function usageOf(
  { inputTokens, outputTokens }: LanguageModelV3Usage,
  body: Omit<MessageCreateParamsNonStreaming, 'stream'>,
  said: string,
): Usage {
  const read = inputTokens.cacheRead ?? 0;
  const written = inputTokens.cacheWrite ?? 0;
  const input = inputTokens.total ?? estimateTokens(body);
  return {
    input_tokens: Math.max(0, inputTokens.noCache ?? input - read - written),
    output_tokens: outputTokens.total ?? estimateText(said),
    cache_read_input_tokens: read,
    cache_creation_input_tokens: written,
  } as Usage;
}

/** A message around its parts. */
export function messageOf(
  id: string | undefined,
  model: string,
  parts: Pick<Message, 'content' | 'stop_reason' | 'usage'>,
): Message {
  return {
    id: id ?? 'msg_unnamed',
    type: 'message',
    role: 'assistant',
    model,
    stop_sequence: null,
    ...parts,
  } as Message;
}
