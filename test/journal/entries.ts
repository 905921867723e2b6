import type { Entry } from '../../src/journal/index.js';
import { questionKey } from '../../src/journal/index.js';

export function entryOf(answer: unknown, other: Partial<Entry> = {}): Entry {
  return {
    answer,
    usage: { inputTokens: 10, outputTokens: 20, cacheReadTokens: 0, cacheWriteTokens: 0 },
    model: 'claude-haiku-4-5',
    costUsd: 0.25,
    answeredAtMs: Date.now(),
    ...other,
  };
}

export function keyOf(question: unknown): string {
  return questionKey({ source: 'test', body: { question } });
}
