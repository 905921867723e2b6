import type { Item, Template } from '../contract/lanes.js';
import type { ModelRequest } from '../contract/model-request.js';
import { filled } from './fill.js';

/** What stands at a place of a chunk: an item, and which of the answers about it. */
export interface Asked {
  key: string;
  item: Item;
  /** From 0. */
  sample: number;
}

/** The branch at a place of a chunk, or of all branches. Samples of one item are neighbours. */
export function askedAt(
  items: readonly Item[],
  place: number,
  { samples = 1 }: Pick<Template, 'samples'>,
): Asked | undefined {
  const item = items[Math.floor(place / samples)];
  const sample = place % samples;
  return item && { key: sampleKey(item.key, sample, samples), item, sample };
}

/** The key of one answer about an item. */
function sampleKey(key: string, sample: number, samples: number): string {
  return samples === 1 ? key : `${key}#${sample + 1}`;
}

/** The request about one item: its own, or that of the template which the items share. */
export function itemRequest(template: Template, { item, sample }: Asked): ModelRequest {
  if (item.call !== undefined) return item.call.request;
  const { filled: isFilled, samples: _, ...shared } = template;
  return {
    ...shared,
    ...(isFilled === true
      ? { prompt: filled(template.prompt, item.fields ?? {}) }
      : { document: item.file ?? { inline: item.text } }),
    ...(sample > 0 && { sample }),
  };
}
