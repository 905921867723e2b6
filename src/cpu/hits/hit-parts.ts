import { decodeHTMLStrict } from 'entities';

import { textOfContent, textOfMarkup } from './markup.js';
import { isLine, ownTextOf, textOfBlocks } from './rich-text.js';
import type { XmlTree } from './xml-tree.js';

/** Longest text of a hit, in UTF-16 code units. */
const textLength = 1_500;

/** Names of an address in an object: of feeds, enclosures, HAL and JSON:API, and RDF. */
const addresses = ['@href', 'href', '@url', 'url', 'uri', '@rdf:resource', '@id', '#text'] as const;

/** What a source's paths have found of one hit, in order. */
export interface RawHit {
  title: unknown[];
  link: unknown[];
  text: unknown[];
  /** Address of its page. */
  page: string;
}

/** The first of what was found that says something, on one line: of a list, its first that does. */
export function titleOf(found: readonly unknown[], tree: XmlTree): Promise<string> {
  return firstOf(found.map(joined).flat(), tree);
}

/**
 * The first of what was found that says something, on one line: of a list, all of it.
 *
 * @param isList whether the path leads to the parts of one text, and not to one that stands in for another
 */
export function textOf(found: readonly unknown[], tree: XmlTree, isList: boolean): Promise<string> {
  return firstOf(isList ? [found.map(joined).flat()] : found.map(joined), tree);
}

/** Parts of one line, as Notion has them, are one text. */
function joined(value: unknown): unknown {
  return isLine(value) ? textOfBlocks(value) : value;
}

async function firstOf(found: readonly unknown[], tree: XmlTree): Promise<string> {
  for (const value of found) {
    // Said twice, as by a highlight of each field, is said once.
    const parts = new Set<string>();
    for (const part of [value].flat()) parts.add(await said(part, tree));
    const text = cut([...parts].join(' ').replaceAll(/\s+/g, ' ').trim().toWellFormed(), textLength);
    if (text !== '') return text;
  }
  return '';
}

async function said(value: unknown, { contentOf, isAtom }: XmlTree): Promise<string> {
  if (typeof value === 'number') return String(value);
  // Text without a type is plain in Atom; elsewhere nothing says what it is.
  if (typeof value === 'string') return isAtom ? value : textOfMarkup(value);
  if (typeof value !== 'object' || value === null) return '';
  const content = contentOf.get(value);
  if (content === undefined) return ofObject(value);
  const { '@type': type, '#text': own, ...others } = value as Record<string, unknown>;
  if (Object.keys(others).some((name) => !name.startsWith('@'))) return textOfContent(content);
  if (typeof own !== 'string') return '';
  return isAtom && (type === undefined || type === 'text') ? own : textOfMarkup(own);
}

/** The text of an object of JSON: an inverted index, blocks of an editor, or a text with remarks. */
function ofObject(value: object): Promise<string> | string {
  const ordered = inOrder(Object.entries(value));
  if (ordered !== '') return textOfMarkup(ordered);
  const own = ownTextOf(value);
  return own === undefined ? textOfBlocks(value) : textOfMarkup(own);
}

/** The text of an inverted index, as OpenAlex keeps abstracts: words, and the places where each stands. */
function inOrder(words: readonly (readonly [word: string, places: unknown])[]): string {
  const isPlace = (place: unknown) => Number.isSafeInteger(place);
  if (!words.every(([, places]) => Array.isArray(places) && places.length > 0 && places.every(isPlace))) return '';
  return words
    .flatMap(([word, places]) => (places as number[]).map((place) => ({ word, place })))
    .toSorted((one, other) => one.place - other.place)
    .map(({ word }) => word)
    .join(' ');
}

/** The first link that was found; an element's is its address, or what it says. */
export function linkOf(found: readonly unknown[], base: string): string {
  const links = found.flat(2);
  // Of several, the one that is the hit itself (RFC 4287, 4.2.7.2), and not its feed or an enclosure.
  const alternate = links.filter((link) => relationOf(link) === 'alternate');
  for (const link of [...alternate, ...links]) {
    const address = addressOf(link);
    if (address !== '') return resolved(address, base);
  }
  return '';
}

function relationOf(link: unknown): string {
  const { rel, '@rel': relation = rel } = (typeof link === 'object' ? (link ?? {}) : {}) as Record<string, unknown>;
  return typeof relation === 'string' ? relation : 'alternate';
}

function addressOf(link: unknown): string {
  if (typeof link === 'string') return decodeHTMLStrict(link).trim();
  if (typeof link === 'number') return String(link);
  if (typeof link !== 'object' || link === null) return '';
  const parts = link as Record<string, unknown>;
  if (parts['@isPermaLink'] === 'false') return '';
  const found = addresses.map((name) => parts[name]).find((each) => typeof each === 'string' && each.trim() !== '');
  return found === undefined ? '' : addressOf(found);
}

/** An address that is whole stays as it is; what has left out how it is opened gets that. */
function resolved(link: string, base: string): string {
  if (/^[a-z][a-z\d+.-]*:/i.test(link)) return link;
  if (/^www\./i.test(link)) return `https://${link}`;
  // A DOI by itself (https://www.doi.org/the-identifier/resources/handbook/2_numbering).
  if (/^10\.\d{4,9}\/\S/.test(link)) return `https://doi.org/${link}`;
  try {
    return new URL(link, base).href;
  } catch {
    return link;
  }
}

let segmenter: Intl.Segmenter | undefined;

/** At most so many UTF-16 code units of a text, in whole characters. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  const from = Math.max(0, length - 64);
  return text.slice(0, from + (segmenter.segment(text.slice(from, length + 64)).containing(length - from)?.index ?? 0));
}
