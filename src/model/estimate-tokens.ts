import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import { estimateText, tokenFactor } from '../tokens/index.js';
import { fileTokensIn } from './file-blocks.js';
import { textsIn } from './request.js';

/**
 * What the API writes around a request, in tokens: seven around "hello, world" of a single message are known, and nothing is published.
 * Messages and blocks are marked off from one another.
 */
const frameTokens = 24;
const blockTokens = 8;

/** The system prompt that comes with tools: the most of those that Anthropic lists, for Claude 3 Opus. */
const toolsTokens = 530;
const toolTokens = 16;

/** A structured answer "receives an additional system prompt", whose length is not published. */
const formatTokens = 300;

/**
 * Input tokens of a request, estimated from above without asking anybody: every text in it by `estimateText`, what the API adds, and 30 %
 * more for models whose tokeniser is newer than any that is public: see `tokenFactor`. Files count by their pages and pixels: see
 * `fileTokens`. The API's own count_tokens knows better.
 */
export function estimateTokens(body: MessageCreateParamsNonStreaming): number {
  const { system, messages, tools = [], output_config: config } = body;
  const texts = textsIn(body).reduce((sum, text) => sum + estimateText(text), 0);
  const blocks = messages.reduce((sum, { content }) => sum + 1 + (typeof content === 'string' ? 1 : content.length), 0);
  const ofSystem = Array.isArray(system) ? system.length : 0;
  const added =
    frameTokens +
    (blocks + ofSystem) * blockTokens +
    (tools.length > 0 ? toolsTokens + tools.length * toolTokens : 0) +
    (config?.format ? formatTokens : 0);
  return Math.ceil((texts + added) * tokenFactor(body.model)) + fileTokensIn(body);
}

/** Most tokens, as `estimateText` tells them, of a part of a document that is to have at most `foldOver` of the model's own. */
export function tokensInPart({ model, foldOver }: { model: string; foldOver: number }): number {
  return Math.floor(foldOver / tokenFactor(model));
}

/** Whether a document is so long that it is read in parts. */
export function isLong(text: string, { model, foldOver }: { model: string; foldOver?: number | undefined }): boolean {
  return foldOver !== undefined && estimateText(text) > tokensInPart({ model, foldOver });
}
