import type { ContentBlockParam, MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import { addUsage } from '../../contract/usage.js';
import { goOn } from '../../prompts/agent.js';
import { isBlank, wellFormed, withoutBlanks } from '../sendable.js';
import { saidIn } from './message.js';
import type { ModelMessage } from './message.js';
import { callsIn } from './read-answer.js';

/** Most times that a model is asked to go on after a pause. */
const mostPauses = 5;

/**
 * Makes a call in a conversation with tools. Models are known to end a turn without a word after the results of tools: such a one is
 * asked once more. One that pauses, as while the API runs tools of its own, is asked to go on. The last answer carries the usage of all.
 *
 * Source: https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
 *
 * @param maySecond whether there is money for another call, asked before each
 * @throws what `call` throws the first time; where a later call fails, what there is stands: it has been paid for
 */
export async function withRest(
  body: MessageCreateParamsNonStreaming,
  maySecond: () => boolean,
  call: (body: MessageCreateParamsNonStreaming) => Promise<ModelMessage>,
): Promise<ModelMessage> {
  let message = await call(body);
  for (let more = 0; more < mostPauses; more += 1) {
    const again = isPaused(body, message)
      ? afterPause(body, message)
      : more === 0 && isSilent(body, message)
        ? afterSilence(body)
        : undefined;
    if (again === undefined || !maySecond()) return message;
    try {
      message = together(message, await call(again));
    } catch {
      return message;
    }
  }
  return message;
}

function together(first: ModelMessage, second: ModelMessage): ModelMessage {
  const content = [...blocksOf(first), ...blocksOf(second)];
  const isPlain = first.content === undefined && second.content === undefined;
  return {
    ...second,
    ...(!isPlain && { content }),
    text: isPlain ? `${first.text}${second.text}` : saidIn(content),
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
