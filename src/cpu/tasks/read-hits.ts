import { hitsOfSource } from '../../contract/source.js';
import type { Hit, HttpSource } from '../../contract/source.js';
import { withinLimit } from '../within-limit.js';
import type { Limited } from '../within-limit.js';

const textLength = 1_500;

/**
 * Reads the hits in a body by a source's JSONPaths. Filters in them may have regular expressions.
 *
 * @throws Error where a path is none
 */
export async function readHits({
  body,
  source,
  limitMs,
}: {
  body: unknown;
  source: Pick<HttpSource, 'hits' | 'title' | 'link' | 'text'>;
  limitMs: number;
}): Promise<Limited<Hit[]>> {
  // Loaded on demand: most threads have no use for it.
  const { query } = await import('json-p3');
  return withinLimit(limitMs, () => {
    const values = query(source.hits, body as never).values();
    return values.slice(0, hitsOfSource).flatMap((hit): Hit[] => {
      const part = (path: string) => {
        const [value] = query(path, hit).values();
        return typeof value === 'string' ? plain(value) : typeof value === 'number' ? String(value) : '';
      };
      const found = {
        title: part(source.title),
        link: part(source.link),
        text: part(source.text).slice(0, textLength),
      };
      return found.link === '' ? [] : [{ ...found, title: found.title || found.link }];
    });
  });
}

/** Takes the HTML out of a hit: search services mark words with it. */
function plain(text: string): string {
  return text
    .replaceAll(/<[^>]{0,200}>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#039;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
