import { hitParts, hitsOfSource } from '../../contract/source.js';
import type { Hit, HttpSource } from '../../contract/source.js';
import { isByPlace, isList, isNamed, listsIn } from '../hits/paths.js';
import { cut, linkOf, textOf, titleOf } from '../hits/hit-parts.js';
import type { RawHit } from '../hits/hit-parts.js';
import { readAnswer } from '../hits/read-answer.js';
import type { RawAnswer } from '../hits/read-answer.js';
import { withinLimit } from '../within-limit.js';
import type { Limited } from '../within-limit.js';

/** Longest beginning of a text that stands for a title, in UTF-16 code units. */
const titleLength = 80;

/**
 * The hits in an answer, by a source's JSONPaths: their filters may have regular expressions of their own, which the limit is for.
 *
 * @param address what relative links begin at
 * @throws Error where it is not what it should be, or a path is none
 */
export async function readHits({
  answer,
  source,
  address,
  limitMs,
}: {
  answer: RawAnswer;
  source: Pick<HttpSource, 'hits' | 'title' | 'link' | 'text' | 'page' | 'rank' | 'format'>;
  address: string;
  limitMs: number;
}): Promise<Limited<Hit[]>> {
  const { hits: hitsPath, title, link, text, rank } = source;
  const fields = [title, link, text, ...(rank === undefined ? [] : [rank])];
  const tree = readAnswer(answer, source.format, listsIn(hitsPath, fields));
  // Loaded on demand: most threads have no use for it.
  const { compilePath } = await import('../hits/json-path.js');
  const all = (path: string, value: unknown): unknown[] =>
    compilePath(path)
      .query(value as never)
      .values();
  const limited = withinLimit(limitMs, () => {
    try {
      return ranked(
        isNamed(hitsPath) ? opened(all(hitsPath, tree.value), isByPlace(fields)) : all(hitsPath, tree.value),
        rank,
        all,
      )
        .slice(0, hitsOfSource)
        .map((hit): RawHit => ({
          title: all(title, hit),
          link: all(link, hit),
          text: all(text, hit),
          page: pageOf(source.page, (path) => all(path, hit)[0]),
        }));
    } catch (error) {
      throw new Error(`Its answer cannot be read by its JSONPaths: ${(error as Error).message}`);
    }
  });
  if (!limited.inTime) return limited;
  const hits: Hit[] = [];
  for (const raw of limited.value) {
    const found = { link: linkOf([raw.link, raw.page], address), text: await textOf(raw.text, tree, isList(text)) };
    const named = (await titleOf(raw.title, tree)) || found.link || cut(found.text, titleLength);
    if (named !== '') hits.push({ title: named, ...found });
  }
  return { ...limited, value: hits };
}

/** The items of lists that a path leads to as a whole; a row whose cells are taken by their place is one hit. */
function opened(found: unknown[], isByPlace: boolean): unknown[] {
  const isRow = (value: unknown) => isByPlace && Array.isArray(value) && !value.every(Array.isArray);
  return found.flatMap((value) => (isRow(value) ? [value] : value));
}

/** Ordered by a number that each has, if they have; those without come last. */
function ranked(
  hits: unknown[],
  rank: string | undefined,
  all: (path: string, value: unknown) => unknown[],
): unknown[] {
  if (rank === undefined) return hits;
  return hits
    .map((hit) => {
      const [number] = all(rank, hit);
      const is = typeof number === 'string' ? Number(number) : number;
      return { hit, rank: typeof is === 'number' && Number.isFinite(is) ? is : Infinity };
    })
    .toSorted((one, other) => (one.rank === other.rank ? 0 : one.rank - other.rank))
    .map(({ hit }) => hit);
}

/** Empty where a part is missing. */
function pageOf(page: string | undefined, partOf: (path: string) => unknown): string {
  if (page === undefined) return '';
  let isWhole = true;
  const address = page.replaceAll(hitParts, (_, path: string) => {
    const given = partOf(path);
    const part = typeof given === 'object' ? (given as { '#text'?: unknown } | null)?.['#text'] : given;
    if ((typeof part !== 'string' && typeof part !== 'number') || part === '') isWhole = false;
    return encodeURIComponent(String(part));
  });
  return isWhole ? address : '';
}
