/** Columns of a quote in a line of findings. */
export const widestQuote = 120;

/** What stands before the first difference of two long texts. */
const lead = 30;

/**
 * The part of a quote and of its suggestion in which they differ, where they are too long to be shown whole: their beginnings are often alike. Lengths
 * are UTF-16 code units.
 */
export function quotedChange(quote: string, suggestion: string): [quote: string, suggestion: string] {
  if (Math.max(quote.length, suggestion.length) <= widestQuote) return [quote, suggestion];
  const most = Math.min(quote.length, suggestion.length);
  let same = 0;
  while (same < most && quote[same] === suggestion[same]) same += 1;
  if (same <= lead) return [quote, suggestion];
  // At a word's beginning, so that no character is taken apart.
  const from = quote.lastIndexOf(' ', same - lead) + 1;
  return from === 0 ? [quote, suggestion] : [`… ${quote.slice(from)}`, `… ${suggestion.slice(from)}`];
}
