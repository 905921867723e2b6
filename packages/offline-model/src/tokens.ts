import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { estimateTokenCount, sliceByTokens } from 'tokenx';

const longTexts = new LRUCache<string, number, string>({
  max: 256,
  memoMethod: (_digest, _stale, { context: text }) => estimateTokenCount(text),
});

/** Estimated tokens of a text, by tokenx' heuristic: within some 10 % of a real tokeniser for English prose. */
export function countTokens(text: string): number {
  // Branches share documents: counting a long one again for each of them would be most of the server's time.
  if (text.length < 4_096) return estimateTokenCount(text);
  return longTexts.memo(digestOf(text), { context: text });
}

/** The first `tokens` tokens of a text. */
export function cutToTokens(text: string, tokens: number): string {
  return tokens <= 0 ? '' : sliceByTokens(text, 0, tokens);
}

export function digestOf(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}
