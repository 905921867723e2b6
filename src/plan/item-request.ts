import { InputError } from '../contract/errors.js';
import { isWorthCaching } from '../contract/document.js';
import type { Chunk, Item, Template, Way } from '../contract/lanes.js';
import { mostWays, mostWaysLength } from '../contract/limits.js';
import type { ModelRequest } from '../contract/model-request.js';
import { filled, noColumn, valueIn, variablesIn } from './fill.js';

/** What stands at a place of a chunk: an item, and which of the answers about it. */
export interface Asked {
  key: string;
  item: Item;
  /** From 0. */
  sample: number;
  /** What the item is asked here, where it is asked several things. */
  way?: Way;
}

/** How many answers there are about each item. */
export function answersPerItem({ samples = 1, ways }: Pick<Template, 'samples' | 'ways'>): number {
  return ways?.length ?? samples;
}

/**
 * Number of branches of chunks.
 *
 * @param each answers about each item
 * @param item what an item is called
 * @throws InputError where there are none, or a chunk has a part of an item's
 */
export function totalOf(chunks: readonly Chunk[], each: number, item: string): number {
  const total = chunks.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) throw new InputError(`Expected at least one ${item}, got none.`);
  const broken = chunks.find(({ count }) => count % each !== 0);
  if (broken === undefined) return total;
  throw new InputError(
    `Expected the \`count\` of a chunk to be a multiple of ${each}, the answers about each ${item}, got ${broken.count}.`,
  );
}

/** @throws InputError where they are more than the input of a lane has room for */
export function checkWays(ways: readonly Way[], what: string): void {
  const { length } = JSON.stringify(ways);
  if (ways.length <= mostWays && length <= mostWaysLength) return;
  throw new InputError(
    `Expected at most ${mostWays} ${what} of ${mostWaysLength} characters in all, got ${ways.length} of ${length}.`,
    'Give each run fewer of them.',
  );
}

/** The branch at a place of a chunk, or of all branches. Answers about one item are neighbours. */
export function askedAt(
  items: readonly Item[],
  place: number,
  template: Pick<Template, 'samples' | 'ways'>,
): Asked | undefined {
  const each = answersPerItem(template);
  const item = items[Math.floor(place / each)];
  const at = place % each;
  if (item === undefined) return undefined;
  const way = template.ways?.[at];
  if (way !== undefined) return { key: `${item.key}/${way.key}`, item, sample: 0, way };
  return { key: sampleKey(item.key, at, each), item, sample: at };
}

/** What a model is asked about an item, and the place of each answer among those about it. */
export function requestsAbout(item: Item, template: Template): { request: ModelRequest; at: number }[] {
  return Array.from({ length: answersPerItem(template) }, (_, at) => askedAt([item], at, template)).flatMap(
    (asked, at) =>
      asked === undefined || asked.way?.local !== undefined ? [] : [{ request: itemRequest(template, asked), at }],
  );
}

/** The key of one answer about an item. */
function sampleKey(key: string, sample: number, samples: number): string {
  return samples === 1 ? key : `${key}#${sample + 1}`;
}

/** The request about one item: its own, or that of the template which the items share. */
export function itemRequest(template: Template, { item, sample, way }: Asked): ModelRequest {
  if (item.call !== undefined) return item.call.request;
  const { filled: isFilled, samples: _, ways, ...shared } = template;
  const { key: __, local: ___, ...own } = way ?? { key: '' };
  const asked = { ...shared, ...own };
  if (isFilled === true) {
    return { ...asked, prompt: filled(asked.prompt, item.fields ?? {}), ...(sample > 0 && { sample }) };
  }
  const document = item.file ?? { inline: item.text };
  return {
    ...asked,
    document,
    // The ways share the document, and it stands before what differs in them.
    ...(ways !== undefined && ways.length > 1 && isWorthCaching(document) && { cacheDocument: true }),
    ...(sample > 0 && { sample }),
  };
}

/** Why a model is asked nothing about an item: nobody could read it, or it lacks a column that the prompt names. */
export function whyUnasked(
  { filled: isFilled, prompt }: Pick<Template, 'filled' | 'prompt'>,
  { item, way }: Asked,
): string | undefined {
  const { unreadable, call, fields = {} } = item;
  if (unreadable !== undefined || isFilled !== true || call !== undefined) return unreadable;
  const missing = variablesIn(way?.prompt ?? prompt).find((variable) => valueIn(fields, variable) === undefined);
  return missing && noColumn(missing, Object.keys(fields)).message;
}
