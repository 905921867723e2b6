import type { Hit } from '../contract/source.js';
import { nearlySame, resemblance, shinglesOf } from './resemblance.js';

/** A hit of the merged list, with the sources that had it. */
export interface RankedHit extends Hit {
  /** Names of the sources, in the order of the run's sources. */
  sources: string[];
  /** Score by reciprocal rank fusion. */
  score: number;
}

/** The constant of reciprocal rank fusion. Cormack, Clarke and Büttcher (SIGIR 2009) found 60 best, and search engines use it. */
const fusionConstant = 60;

/** Least word sequences of a text that is compared. Shorter texts are alike too easily; they are the same only by their address. */
const fewestShingles = 8;

/**
 * Merges the hits of all sources into one list.
 *
 * Hits-1. Hits with the same address, or nearly the same text, become one. It keeps the words of the first, and names all of its
 *     sources.
 * Hits-2. A hit's score is the sum, over its sources, of 1 / (60 + its rank there).
 * Hits-3. Equals stand in the order of the sources, then of their ranks; never of who was faster.
 */
export function fuse(found: readonly { source: string; hits: readonly Hit[] }[], limit: number): RankedHit[] {
  const ranked: (RankedHit & { address: string; shingles: ReadonlySet<number> })[] = [];
  for (const { source, hits } of found) {
    for (const [rank, hit] of hits.entries()) {
      const address = canonicalAddress(hit.link);
      const shingles = shinglesOf(`${hit.title} ${hit.text}`, nearlySame.hits.words);
      const same = ranked.find(
        (each) => (address !== '' && each.address === address) || isSameText(each.shingles, shingles),
      );
      const known = same ?? { ...hit, sources: [], score: 0, address, shingles };
      if (same === undefined) ranked.push(known);
      // A hit that a source has twice counts with its better rank.
      if (known.sources.includes(source)) continue;
      known.sources.push(source);
      known.score += 1 / (fusionConstant + rank + 1);
    }
  }
  return ranked
    .toSorted((one, other) => other.score - one.score)
    .slice(0, limit)
    .map(({ title, link, text, sources, score }) => ({ title, link, text, sources, score: Number(score.toFixed(6)) }));
}

/** The common part of addresses of one page: no protocol, no `www.`, no fragment, no tracking, no slash at the end. */
export function canonicalAddress(link: string): string {
  const [, rest = link] = /^https?:\/\/(?:www\.)?([^#]*)/i.exec(link) ?? [];
  const [place = '', query = ''] = rest.split('?', 2);
  const [host = '', ...path] = place.split('/');
  const kept = query
    .split('&')
    .filter((pair) => pair !== '' && !/^(utm_\w+|fbclid|gclid|ref|source)=/i.test(pair))
    .toSorted();
  const address = [host.toLowerCase(), ...path].join('/').replace(/\/+$/, '');
  return kept.length === 0 ? address : `${address}?${kept.join('&')}`;
}

function isSameText(one: ReadonlySet<number>, other: ReadonlySet<number>): boolean {
  if (one.size < fewestShingles || other.size < fewestShingles) return false;
  return resemblance(one, other) >= nearlySame.hits.share;
}

/** The numbers that an answer cites in square brackets, and those among them that no hit has. */
export function citationsOf(answer: string, hits: number): { cited: number[]; unknown: number[] } {
  const numbers = [...answer.matchAll(/\[(\d+(?:\s*,\s*\d+)*)\]/g)].flatMap(([, list = '']) =>
    list.split(',').map(Number),
  );
  const all = [...new Set(numbers)].toSorted((one, other) => one - other);
  return {
    cited: all.filter((number) => number >= 1 && number <= hits),
    unknown: all.filter((number) => number < 1 || number > hits),
  };
}
