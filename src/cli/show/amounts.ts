import type { Usage } from '../../contract/run.js';
import { dollarText } from '../../contract/usage.js';

/** US dollars; an unknown price is called that. */
export function formatCost(costUsd: number | null): string {
  return costUsd === null ? 'cost unknown' : dollarText(costUsd);
}

export function formatTokens(usage: Usage): string {
  const read = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const { webSearches = 0 } = usage;
  const searches = webSearches > 0 ? `, ${webSearches} web ${webSearches === 1 ? 'search' : 'searches'}` : '';
  return `${read.toLocaleString('en')} in, ${usage.outputTokens.toLocaleString('en')} out${searches}`;
}

export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1_000 ** power).toFixed(1)} ${units[power]}`;
}
