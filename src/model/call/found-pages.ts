import * as z from 'zod';

import { beginningOf } from '../../contract/cut-text.js';
import type { Hit } from '../../contract/source.js';

/** Most pages of one answer, and most characters that are quoted of one: they travel through the run's history. */
const most = { pages: 10, characters: 1_000 } as const;

const citation = z.object({
  type: z.literal('web_search_result_location'),
  url: z.string().min(1),
  title: z.string().nullish(),
  cited_text: z.string(),
});

/**
 * The pages that a search of the API has found, as far as the model quotes them, each once. What is not quoted is readable for the API alone.
 *
 * @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool
 */
export function foundPages(content: readonly unknown[]): Hit[] {
  const quotes = new Map<string, { title: string; quoted: Set<string> }>();
  for (const block of content) {
    const { citations } = (block ?? {}) as { citations?: unknown };
    for (const given of Array.isArray(citations) ? citations : []) {
      const read = citation.safeParse(given);
      if (!read.success) continue;
      const { url, title, cited_text: text } = read.data;
      const page = quotes.get(url) ?? { title: title ?? url, quoted: new Set() };
      if (text.trim() !== '') page.quoted.add(text.trim());
      quotes.set(url, page);
    }
  }
  return [...quotes].slice(0, most.pages).map(([link, { title, quoted }]) => ({
    title: beginningOf(title, 200),
    link,
    text: beginningOf([...quoted].join('\n'), most.characters),
  }));
}
