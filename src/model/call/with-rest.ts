import type { ContentBlockParam, MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import { addUsage } from '../../contract/usage.js';
import { goOn } from '../../prompts/agent.js';
import { isBlank, wellFormed, withoutBlanks } from '../sendable.js';
import type { ModelMessage } from './message.js';
import { callsIn } from './read-answer.js';

/**
 * Makes a call in a conversation with tools. Models are known to end a turn without a word after the results of tools, and to pause:
 * such a one is asked once more. The second answer carries the usage of both.
 *
 * Source: https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
 *
 * @param maySecond whether there is money for another call
 * @throws what `call` throws the first time; where the second call fails, the first answer stands: it has been paid for
 */
export async function withRest(
  body: MessageCreateParamsNonStreaming,
  maySecond: () => boolean,
  call: (body: MessageCreateParamsNonStreaming) => Promise<ModelMessage>,
): Promise<ModelMessage> {
  const first = await call(body);
  const again = isPaused(body, first)
    ? afterPause(body, first)
    : isSilent(body, first)
      ? afterSilence(body)
      : undefined;
  if (again === undefined || !maySecond()) return first;
  let second: ModelMessage;
  try {
    second = await call(again);
  } catch {
    return first;
  }
  const content = [...blocksOf(first), ...blocksOf(second)];
  const isPlain = first.content === undefined && second.content === undefined;
  return {
    ...second,
    ...(!isPlain && { content }),
    text: `${first.text}${second.text}`,
    usage: addUsage(first.usage, second.usage),
  };
}

function isPaused({ tools }: MessageCreateParamsNonStreaming, message: ModelMessage): boolean {
  return (
    tools !== undefined &&
    message.stopReason === 'pause_turn' &&
    callsIn(message).length === 0 &&
    blocksOf(message).length > 0
  );
}

function isSilent({ messages }: MessageCreateParamsNonStreaming, message: ModelMessage): boolean {
  const last = messages.at(-1)?.content;
  const hasResults = Array.isArray(last) && last.some(({ type }) => type === 'tool_result');
  const isEnded = message.stopReason === 'end_turn' || message.stopReason === 'stop_sequence';
  return hasResults && isEnded && isBlank(message.text) && callsIn(message).length === 0;
}

function afterPause(body: MessageCreateParamsNonStreaming, paused: ModelMessage): MessageCreateParamsNonStreaming {
  return { ...body, messages: [...body.messages, { role: 'assistant', content: wellFormed(blocksOf(paused)) }] };
}

// A turn without a word cannot be sent back: the request goes behind the results.
function afterSilence(body: MessageCreateParamsNonStreaming): MessageCreateParamsNonStreaming {
  const { messages } = body;
  const results = messages.at(-1)?.content as ContentBlockParam[];
  const content: ContentBlockParam[] = [...results, { type: 'text', text: goOn }];
  return { ...body, messages: [...messages.slice(0, -1), { role: 'user', content }] };
}

function blocksOf({ content, text }: ModelMessage): ContentBlockParam[] {
  return withoutBlanks((content ?? [{ type: 'text', text }]) as ContentBlockParam[]);
}
