import type { Usage } from './run.js';

export const noUsage: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
};

export function addUsage(left: Usage, right: Usage): Usage {
  const webSearches = (left.webSearches ?? 0) + (right.webSearches ?? 0);
  const hourCacheWriteTokens = (left.hourCacheWriteTokens ?? 0) + (right.hourCacheWriteTokens ?? 0);
  return {
    inputTokens: left.inputTokens + right.inputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    cacheReadTokens: left.cacheReadTokens + right.cacheReadTokens,
    cacheWriteTokens: left.cacheWriteTokens + right.cacheWriteTokens,
    ...(hourCacheWriteTokens > 0 && { hourCacheWriteTokens }),
    ...(webSearches > 0 && { webSearches }),
  };
}

/** Adds US dollars. One unknown price makes the sum unknown: it is never counted as 0. */
export function addCost(left: number | null, right: number | null): number | null {
  return left === null || right === null ? null : left + right;
}

/** US dollars of branches: their certain cost, and the most that calls may have cost of which the API could not tell. */
export function spentUsd(branches: readonly { costUsd: number | null; lostUsd?: number }[]): number {
  return branches.reduce((sum, { costUsd, lostUsd = 0 }) => sum + (costUsd ?? 0) + lostUsd, 0);
}

/** Decimals of an amount in US dollars, and the most for one that they would show as none. */
const decimals = { usual: 4, most: 12 };

/** US dollars with four decimals. A smaller amount than these show has as many as its first digit needs. */
export function dollarText(usd: number): string {
  const shown = usd.toFixed(decimals.usual);
  if (usd === 0 || Number(shown) !== 0) return `$${shown}`;
  const first = Math.ceil(-Math.log10(Math.abs(usd)));
  return `$${usd.toFixed(Math.min(first, decimals.most))}`;
}

/** A whole number for people, its thousands apart. The sandbox of workflows has no locale to ask. */
export function countText(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}
