import type { Usage } from '../contract/run.js';

/** US dollars with four decimals; an unknown price is called that. */
export function formatCost(costUsd: number | null): string {
  return costUsd === null ? 'cost unknown' : `$${costUsd.toFixed(4)}`;
}

export function formatTokens(usage: Usage): string {
  const read = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  return `${read.toLocaleString('en')} in, ${usage.outputTokens.toLocaleString('en')} out`;
}
