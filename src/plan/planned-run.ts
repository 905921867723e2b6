import type { RowsFold } from '../fold/rows.js';
import type { Place } from '../contract/branch.js';
import type { Policy } from '../contract/options.js';
import { nodeOf } from './graph/flow.js';
import type { GraphPlan } from './graph/graph-plan.js';
import type { WidePlan } from './summarise-plan.js';
import type { FindingsFold } from './validate-over-plan.js';

/** The plan of a run, as its input tells it before the run has done anything. */
export interface PlannedRun {
  /** Keys of the branches in input order; empty where there are too many to be listed. */
  keys: readonly string[];
  /** How many branches. */
  total: number;
  offline: boolean;
  /** Whether a model is asked at all, offline or not. */
  asksModel?: boolean;
  /** The policy; `null` where the input is not one of fanfold's. */
  policy: Policy | null;
  /** The needs of each branch of a graph. */
  edges?: readonly { from: string; to: string }[];
  /** The keys that each branch of a graph writes. */
  graph?: Pick<GraphPlan, 'nodes' | 'flow'>;
  /** Whether the run adds branches while it goes on. */
  grows?: boolean;
  /** The plan of a wide run, which has no activity for each branch. */
  wide?: WidePlan;
  /** What is made of the answers about each row of a table. */
  rows?: RowsFold;
  /** What is made of the checks of each of several texts. */
  findings?: FindingsFold;
  /** The reason why the input cannot be planned. The run itself fails with it, or waits for a worker that tells. */
  problem?: string;
}

/** The plan of a run that fanfold knows nothing about. */
export const nothingPlanned: PlannedRun = { keys: [], total: 0, offline: false, policy: null };

/** The plan of a workflow of somebody's own: its branches are known once they are asked. */
export const ownRun: PlannedRun = { ...nothingPlanned, grows: true };

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
