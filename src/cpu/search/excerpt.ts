import { foldWithOrigins } from './fold.js';
import type { Found, Terms } from './terms.js';

/** Longest excerpt, in UTF-16 code units without its ellipses. */
export const excerptLength = 600;

/** Most places of one term that are looked at. */
const mostPlaces = 2_000;

/** How far a cut is moved to stand between words. */
const nearby = 30;

let segmenter: Intl.Segmenter | undefined;

/**
 * The part of a text that has most of what is asked for, on one line: from the beginning of its paragraph on if that is near, else cut
 * between words, where it can be, or at least between characters.
 */
export function excerpt(text: string, terms: Terms): string {
  const paragraphs = text.split(/\n\s*\n/).map((paragraph) => paragraph.replaceAll(/\s+/g, ' ').trim());
  const flat = paragraphs.filter((paragraph) => paragraph !== '').join(' ');
  const best = bestOf(placesIn(flat, terms));
  const begin = paragraphAt(best.from, paragraphs);
  if (best.to - begin <= excerptLength) return ended(flat, begin, best.to);
  const room = excerptLength - (best.to - best.from);
  const start = Math.min(Math.max(begin, best.from - Math.floor(room / 2)), flat.length - excerptLength);
  return `… ${ended(flat, cut(flat, start, best.from), best.to)}`;
}

function ended(flat: string, from: number, least: number): string {
  const to = cut(flat, Math.min(flat.length, from + excerptLength), Math.max(least, from + 1));
  return `${flat.slice(from, to).trim()}${to < flat.length ? ' …' : ''}`;
}

/** Where the paragraph begins that a place is in. */
function paragraphAt(place: number, paragraphs: readonly string[]): number {
  let begin = 0;
  let end = 0;
  for (const { length } of paragraphs) {
    if (length > 0 && end <= place) begin = end;
    end += length > 0 ? length + 1 : 0;
  }
  return begin;
}

function placesIn(text: string, terms: Terms): Found[] {
  const places = [...terms.wordsIn(text)];
  if (terms.inside.length > 0) {
    const folded = foldWithOrigins(text);
    for (const term of terms.inside) {
      let at = folded.text.indexOf(term);
      for (let count = 0; at !== -1 && count < mostPlaces; count += 1) {
        const from = folded.origins[at] ?? 0;
        places.push({ at: from, length: (folded.origins[at + term.length] ?? text.length) - from, terms: [term] });
        at = folded.text.indexOf(term, at + term.length);
      }
    }
  }
  return places.toSorted((one, other) => one.at - other.at);
}

/** The stretch, no longer than an excerpt, that has most different terms; those that are rare in the text count more. */
function bestOf(places: readonly Found[]): { from: number; to: number } {
  const counts = new Map<string, number>();
  for (const { terms } of places) for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  const weight = (term: string) => Array.from(term).length / (1 + Math.log(counts.get(term) ?? 1));
  const within = new Map<string, number>();
  let sum = 0;
  let most = 0;
  let best = { from: 0, to: 0 };
  let first = 0;
  for (const place of places) {
    for (const term of place.terms) {
      const count = within.get(term) ?? 0;
      if (count === 0) sum += weight(term);
      within.set(term, count + 1);
    }
    for (let start = places[first]; start !== undefined && place.at + place.length - start.at > excerptLength;) {
      for (const term of start.terms) {
        const count = (within.get(term) ?? 1) - 1;
        if (count === 0) sum -= weight(term);
        within.set(term, count);
      }
      first += 1;
      start = places[first];
    }
    if (sum > most + 1e-9) {
      most = sum;
      best = { from: places[first]?.at ?? 0, to: place.at + place.length };
    }
  }
  return best;
}

/** Where a text may be cut at or before a place: between words, or at least between characters. */
function cut(text: string, place: number, limit: number): number {
  if (place >= text.length) return text.length;
  const blank = text.indexOf(' ', place);
  if (blank !== -1 && blank - place <= nearby && blank < limit) return blank + 1;
  const before = text.lastIndexOf(' ', place);
  if (place - before <= nearby && before >= limit) return before;
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  const from = Math.max(0, place - 64);
  return from + (segmenter.segment(text.slice(from, place + 64)).containing(place - from)?.index ?? 0);
}
