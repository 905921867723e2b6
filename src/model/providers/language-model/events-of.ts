import type { LanguageModelV3StreamPart } from '@ai-sdk/provider';
import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import { messageOf, stopReasonOf, usageOf } from './answer-of.js';
import { failureBodyOf } from './failure-of.js';

type Event = { type: string } & Record<string, unknown>;

/**
 * The events of the Messages API for a stream of a language model.
 *
 * EventsOf-1. A stream that ends without a reason has no `message_stop`: it is no answer.
 * EventsOf-2. What is no event of the protocol makes no answer either: it is no failure that the provider tells of.
 * EventsOf-3. The usage comes with the end, where these models tell it.
 */
export async function* eventsOf(
  parts: AsyncIterable<LanguageModelV3StreamPart>,
  body: Omit<MessageCreateParamsNonStreaming, 'stream'>,
): AsyncGenerator<Event> {
  let index = -1;
  let open: string | undefined;
  let said = '';
  let begun = false;
  let named: { id?: string | undefined; model: string } = { model: body.model };
  const begin = (): Event[] => {
    if (begun) return [];
    begun = true;
    const usage = { input_tokens: 0, output_tokens: 0, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
    const message = messageOf(named.id, named.model, { content: [], stop_reason: null, usage: usage as never });
    return [{ type: 'message_start', message }];
  };
  const close = (): Event[] => {
    if (open === undefined) return [];
    open = undefined;
    return [{ type: 'content_block_stop', index }];
  };
  const start = (id: string, block: object): Event[] => {
    const before = [...begin(), ...close()];
    open = id;
    index += 1;
    return [...before, { type: 'content_block_start', index, content_block: block }];
  };
  for await (const part of parts) {
    switch (part.type) {
      case 'response-metadata':
        named = { id: part.id, model: part.modelId ?? body.model };
        break;
      case 'text-delta':
        if (part.delta === '') break;
        said += part.delta;
        if (open !== part.id) yield* start(part.id, { type: 'text', text: '', citations: null });
        yield { type: 'content_block_delta', index, delta: { type: 'text_delta', text: part.delta } };
        break;
      case 'reasoning-start':
      case 'reasoning-delta':
        // A text that stays empty: the answer grows, though nothing of its reasoning is shown, and a ping would not say so.
        if (open !== part.id) yield* start(part.id, { type: 'text', text: '', citations: null });
        yield { type: 'content_block_delta', index, delta: { type: 'text_delta', text: '' } };
        break;
      case 'tool-call':
        said += part.input;
        yield* start(part.toolCallId, { type: 'tool_use', id: part.toolCallId, name: part.toolName, input: {} });
        yield {
          type: 'content_block_delta',
          index,
          delta: { type: 'input_json_delta', partial_json: part.input === '' ? '{}' : part.input },
        };
        break;
      case 'error':
        if (isMalformed(part.error)) throw new SyntaxError(`The stream is no answer: ${(part.error as Error).message}`);
        yield failureBodyOf(part.error);
        return;
      case 'finish': {
        yield* [...begin(), ...close()];
        const stop_reason = stopReasonOf(part.finishReason);
        yield {
          type: 'message_delta',
          delta: { stop_reason, stop_sequence: null },
          usage: usageOf(part.usage, body, said),
        };
        yield { type: 'message_stop' };
        return;
      }
      default:
    }
  }
}

/** Whether the AI SDK could make nothing of what came. */
function isMalformed(error: unknown): boolean {
  const { name = '' } = (error ?? {}) as { name?: string };
  return /^AI_(JSONParse|TypeValidation|InvalidResponseData)Error$/.test(name);
}
