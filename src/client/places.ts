import { nodeOf } from '../plan/graph/flow.js';
import type { Place } from '../contract/branch.js';
import type { PlannedRun } from '../plan/planned-run.js';

type Named = Pick<Place, 'key' | 'index'>;

/**
 * The branches of a run that is not wide, in input order: planned ones, and those that it has added, such as the items of a `forEach`,
 * which stand where their node stands.
 *
 * @param scheduled branches that have begun
 */
export function placesOf(
  { keys, grows = false }: Pick<PlannedRun, 'keys' | 'grows'>,
  scheduled: readonly Named[],
): Named[] {
  if (grows) return scheduled.toSorted((one, other) => one.index - other.index);
  const planned = new Map(keys.map((key, at) => [key, at]));
  const added = scheduled.filter(({ key }) => !planned.has(key)).toSorted((one, other) => one.index - other.index);
  if (added.length === 0) return keys.map((key, index) => ({ key, index }));
  const items = new Map<string, Named[]>();
  for (const place of added) items.set(nodeOf(place.key), [...(items.get(nodeOf(place.key)) ?? []), place]);
  const others = added.filter(({ key }) => !planned.has(nodeOf(key)));
  return [...keys.flatMap((key, index) => items.get(key) ?? [{ key, index }]), ...others];
}
