import type { MessageCreateParams } from '@anthropic-ai/sdk/resources/messages';
import type { Ask } from '../ask/ask.js';
import { cutToTokens, digestOf } from '../tokens.js';
import { extract } from './extract.js';
import { textReply, toolReply, outputTokensOf } from '../reply/reply.js';
import type { Reply } from '../reply/reply.js';
import { structuredAnswer } from './structured-answer.js';
import { chooseTools } from './tool-calls.js';
import { searchBlocks } from './web-search.js';

/** What the offline model says of itself to a request: a search of the web, tool calls, JSON that fits the schema, or an extract. */
export function compose(params: MessageCreateParams, ask: Ask): Reply {
  if (params.max_tokens === 0) return { content: [], stopReason: 'max_tokens' };
  const reply = said(params, ask);
  const searched = searchBlocks(params, ask, idOf(params));
  return cutToMaxTokens({ ...reply, content: [...searched, ...reply.content] }, params.max_tokens);
}

function said(params: MessageCreateParams, ask: Ask): Reply {
  const calls = chooseTools(params, ask);
  if (calls.length > 0) return toolReply(calls, idOf(params));
  const format = params.output_config?.format;
  const text = format ? JSON.stringify(structuredAnswer(format.schema, ask)) : extract(ask);
  return stopAt(textReply(text), params.stop_sequences ?? []);
}

// Tool ids must differ between the turns of a conversation.
function idOf({ messages }: MessageCreateParams): string {
  return digestOf(JSON.stringify(messages)).slice(0, 12);
}

function stopAt(reply: Reply, sequences: readonly string[]): Reply {
  const [block] = reply.content;
  if (block?.type !== 'text') return reply;
  const stops = sequences
    .map((sequence) => ({ sequence, at: block.text.indexOf(sequence) }))
    .filter(({ at }) => at >= 0)
    .sort((left, right) => left.at - right.at);
  const [first] = stops;
  if (!first) return reply;
  return { ...textReply(block.text.slice(0, first.at), 'stop_sequence'), stopSequence: first.sequence };
}

/** Honours `max_tokens` as the API does: the text ends in mid-sentence, a tool call loses its last input. */
export function cutToMaxTokens(reply: Reply, maxTokens: number): Reply {
  if (outputTokensOf(reply.content) <= maxTokens) return reply;
  const content: Reply['content'] = [];
  let left = maxTokens;
  for (const block of reply.content) {
    const tokens = outputTokensOf([block]);
    if (tokens <= left) content.push(block);
    else if (block.type === 'text') content.push({ ...block, text: cutToTokens(block.text, left) });
    else if (block.type === 'tool_use') content.push({ ...block, input: cutInput(block.input) });
    left -= tokens;
    if (left <= 0) break;
  }
  return { content, stopReason: 'max_tokens' };
}

/** Input without its last property, and with half of the last text that is left: what a cut input looks like once it is parsed. */
export function cutInput(input: unknown): unknown {
  if (typeof input !== 'object' || input === null) return {};
  const kept = Object.entries(input).slice(0, -1);
  const last = kept.at(-1);
  if (last && typeof last[1] === 'string') last[1] = last[1].slice(0, last[1].length / 2);
  return Object.fromEntries(kept);
}
