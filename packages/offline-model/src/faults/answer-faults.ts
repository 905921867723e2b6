import type { MessageCreateParams } from '@anthropic-ai/sdk/resources/messages';
import { cutInput, cutToMaxTokens } from '../answer/compose.js';
import { outputTokensOf, textReply, toolReply } from '../reply/reply.js';
import type { Reply } from '../reply/reply.js';
import type { OtherFault } from './script.js';

/** The reply as the fault would have it. Literal answers are sent as they are, longer than `max_tokens` if need be. */
export function applyAnswerFault(reply: Reply, fault: OtherFault | undefined, params: MessageCreateParams): Reply {
  switch (fault?.kind) {
    case 'answer':
      return textReply(fault.text, fault.stopReason);
    case 'answer-bytes':
      return textReply(filler(fault.bytes));
    case 'answer-json':
      return textReply(JSON.stringify(fault.value));
    case 'schema-misfit':
      // Closed objects allow no unknown property, so this fits no schema that the API takes.
      return textReply('{"unexpected property of the offline model":true}');
    case 'truncated':
      return {
        ...cutToMaxTokens(reply, fault.tokens ?? Math.floor(outputTokensOf(reply.content) / 2)),
        stopReason: 'max_tokens',
      };
    case 'refused':
      return {
        content: [],
        stopReason: 'refusal',
        stopDetails: { type: 'refusal', category: fault.category ?? null, explanation: fault.explanation ?? null },
      };
    case 'stop-reason':
      return { ...reply, stopReason: fault.stopReason };
    case 'tool-calls':
      return toolReply(fault.calls, 'scripted');
    case 'cut-tool-input':
      return cutLastInput(reply, params);
    default:
      return reply;
  }
}

function cutLastInput(reply: Reply, { tools = [] }: MessageCreateParams): Reply {
  const called = reply.content.some(({ type }) => type === 'tool_use');
  const first = tools.find((tool) => 'input_schema' in tool);
  const calling = called || !first ? reply : toolReply([{ name: first.name, input: {} }], 'scripted');
  const content = calling.content.map((block, index) =>
    block.type === 'tool_use' && index === calling.content.length - 1
      ? { ...block, input: cutInput(block.input) }
      : block,
  );
  return { content, stopReason: 'max_tokens' };
}

const fillerSentence = 'The offline model repeats this sentence until the answer is as long as it was told to be. ';

function filler(bytes: number): string {
  return fillerSentence.repeat(Math.ceil(bytes / fillerSentence.length)).slice(0, bytes);
}
