import { InputError } from '../contract/errors.js';
import type { Item } from '../contract/lanes.js';
import { askedAt } from '../plan/item-request.js';
import type { WidePlan } from '../plan/summarise-plan.js';
import type { TextReader } from './wide-branches.js';

/**
 * The places of branches in lanes, in input order from 0, by their keys. Chunks are read from the first on, until all are found.
 *
 * @returns in the order of the keys
 * @throws InputError where a key is none of the run's
 */
export async function placesInLanes(
  { chunks, template }: Pick<WidePlan, 'chunks' | 'template'>,
  keys: readonly string[],
  store: TextReader,
): Promise<number[]> {
  const found = new Map<string, number>();
  const wanted = new Set(keys);
  let first = 0;
  for (const chunk of chunks) {
    if (found.size === wanted.size) break;
    const items = JSON.parse(await store.readText(chunk)) as Item[];
    for (let place = 0; place < chunk.count; place += 1) {
      const key = askedAt(items, place, template)?.key;
      if (key !== undefined && wanted.has(key) && !found.has(key)) found.set(key, first + place);
    }
    first += chunk.count;
  }
  return keys.map((key) => {
    const index = found.get(key);
    if (index === undefined) throw new InputError(`Expected keys of branches of the run, got \`${key}\`.`);
    return index;
  });
}
