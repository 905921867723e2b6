import * as z from 'zod';

import type { Usage } from '../../contract/run.js';
import { beginningOf } from '../../contract/cut-text.js';
import { MalformedAnswer } from './malformed-answer.js';

/** The parts of an answer of the Messages API that are needed. */
export interface ModelMessage {
  /** The text blocks, joined. */
  text: string;
  /** All blocks as the API gave them, where there are others than text. */
  content?: readonly unknown[];
  stopReason: string;
  /** The model's reason to refuse, where it gives one. */
  refusal: string | undefined;
  model: string;
  usage: Usage;
}

const tokens = z.int().nonnegative();

const usageShape = z.object({
  input_tokens: tokens,
  output_tokens: tokens,
  cache_read_input_tokens: tokens.nullish(),
  cache_creation_input_tokens: tokens.nullish(),
  cache_creation: z.object({ ephemeral_1h_input_tokens: tokens.nullish() }).nullish(),
  server_tool_use: z.object({ web_search_requests: tokens.nullish() }).nullish(),
});

const billedShape = z.object({ usage: usageShape });

const messageShape = z.object({
  type: z.literal('message'),
  model: z.string(),
  content: z.array(
    z.union([
      z.object({ type: z.literal('text'), text: z.string() }),
      z.object({ type: z.string().regex(/^(?!text$)/) }),
    ]),
  ),
  // A whole answer always has one; `null` belongs to the beginning of a stream.
  stop_reason: z.string(),
  stop_details: z.object({ category: z.string().nullish(), explanation: z.string().nullish() }).nullish(),
  usage: usageShape,
});

/**
 * Checks that a body with status 200 is a message: `{}` and the HTML page of a proxy come with 200 too.
 *
 * @throws MalformedAnswer
 */
export function asMessage(body: unknown): ModelMessage {
  const message = messageShape.safeParse(body);
  if (!message.success) throw new MalformedAnswer(describe(body, message.error), usageOf(body));
  const { content, model, stop_reason: stopReason, stop_details: details } = message.data;
  const refusal = [details?.category, details?.explanation].filter((part) => typeof part === 'string').join(': ');
  const isPlain = content.every(({ type }) => type === 'text');
  return {
    ...(!isPlain && { content: (body as { content: unknown[] }).content }),
    text: saidIn(content),
    stopReason,
    refusal: refusal === '' ? undefined : refusal,
    model,
    usage: asUsage(message.data.usage),
  };
}

/** What a body with status 200 has cost, where it says so. */
export function usageOf(body: unknown): Usage | undefined {
  const found = billedShape.safeParse(body);
  return found.success ? asUsage(found.data.usage) : undefined;
}

/**
 * The text of blocks. Where the API has run tools of its own, what the model said before their last results is no answer: it says what it is
 * going to look for.
 */
export function saidIn(content: readonly unknown[]): string {
  const blocks = content as readonly { type: string; text?: string }[];
  const after = blocks.slice(blocks.findLastIndex(({ type }) => type.endsWith('_tool_result')) + 1);
  const said = textOf(after);
  return said.trim() === '' ? textOf(blocks) : said;
}

function textOf(blocks: readonly { type: string; text?: string }[]): string {
  return blocks.map(({ type, text = '' }) => (type === 'text' ? text : '')).join('');
}

/** Converts the API's usage. */
export function asUsage(usage: {
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens?: number | null | undefined;
  cache_creation_input_tokens?: number | null | undefined;
  cache_creation?: { ephemeral_1h_input_tokens?: number | null | undefined } | null | undefined;
  server_tool_use?: { web_search_requests?: number | null | undefined } | null | undefined;
}): Usage {
  const webSearches = usage.server_tool_use?.web_search_requests ?? 0;
  const hourCacheWriteTokens = usage.cache_creation?.ephemeral_1h_input_tokens ?? 0;
  return {
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    cacheReadTokens: usage.cache_read_input_tokens ?? 0,
    cacheWriteTokens: usage.cache_creation_input_tokens ?? 0,
    ...(hourCacheWriteTokens > 0 && { hourCacheWriteTokens }),
    ...(webSearches > 0 && { webSearches }),
  };
}

function describe(body: unknown, { issues: [issue] }: z.ZodError): string {
  if (typeof body === 'string') {
    if (/^\s*</.test(body)) {
      return `The API answered with status 200 and an HTML page of ${body.length} characters, not with a message.`;
    }
    const said = JSON.stringify(beginningOf(body.trim(), 300));
    return `The API answered with status 200 and a text of ${body.length} characters, not with a message: ${said}`;
  }
  const place = issue?.path.join('.') || 'the top';
  return `The API answered with status 200 and no message. At ${place}: ${issue?.message ?? 'malformed'}`;
}
