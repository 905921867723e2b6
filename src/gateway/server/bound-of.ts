import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import { estimateTokens, upperBoundUsd } from '../../model/index.js';

/**
 * The most that a question may cost, in US dollars; `null` where that is unknown: the price, a file that the API fetches itself, what a tool of
 * the API brings or costs, a conversation that the API holds.
 */
export function boundOf(body: MessageCreateParamsNonStreaming, structured: boolean): number | null {
  const { model, max_tokens: maxTokens } = body;
  if (hasMoreToPay(body)) return null;
  return upperBoundUsd({ model, inputTokens: estimateTokens(body), maxTokens, cached: cachedIn(body), structured });
}

/** Whether anything in a question, its tools and its system's text included, is to be written to the prompt cache. Text is no sign: its quotes are escaped. */
function cachedIn(body: object): boolean | '1h' {
  const text = JSON.stringify(body);
  if (!text.includes('"cache_control":')) return false;
  return text.includes('"ttl":"1h"') ? '1h' : true;
}

function hasMoreToPay(body: MessageCreateParamsNonStreaming): boolean {
  const { tools = [], messages } = body;
  const { thread } = body as { thread?: { type?: unknown } | null };
  if (thread?.type === 'continue') return true;
  if ('mcp_servers' in body || 'container' in body) return true;
  if (tools.some(({ type }) => /^(web_search|web_fetch|code_execution|mcp|tool_search|advisor)/.test(type ?? '')))
    return true;
  return messages.some(({ content }) => typeof content !== 'string' && content.some(isElsewhere));
}

/** Whether a block, or one in it, is a file that only the API can see. */
function isElsewhere(block: object): boolean {
  const { source, content } = block as { source?: { type?: string }; content?: unknown };
  if (source?.type === 'url' || source?.type === 'file') return true;
  return (
    Array.isArray(content) &&
    content.some((each) => typeof each === 'object' && each !== null && isElsewhere(each as object))
  );
}
