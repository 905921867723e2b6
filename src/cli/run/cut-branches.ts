import { cancelBranches, cancelInLanes, placesInLanes } from '../../client/index.js';
import type { RunView } from '../../client/index.js';
import { lanesType } from '../../contract/names.js';
import type { WidePlan } from '../../plan/summarise-plan.js';
import type { Session } from '../home/session.js';

/**
 * Cuts branches of an open run, and leaves the others alone.
 *
 * @returns their keys
 * @throws InputError where one of them has ended, or is not there
 */
export async function cutBranches(
  { client, store }: Pick<Session, 'client' | 'store'>,
  view: Pick<RunView, 'workflowId' | 'kind' | 'planned' | 'ownInput'>,
  keys: readonly string[],
): Promise<string[]> {
  const { workflowId } = view;
  const wide = widePlanOf(view);
  if (wide === undefined) return cancelBranches(client, workflowId, keys);
  return cancelInLanes(client, workflowId, { indices: await placesInLanes(wide, keys, store), keys });
}

/** What travels in lanes: a run's branches, or, where somebody means the lanes of a workflow of their own, what these were given. */
function widePlanOf({ kind, planned, ownInput }: Pick<RunView, 'kind' | 'planned' | 'ownInput'>): WidePlan | undefined {
  if (kind !== lanesType) return planned.wide;
  return (ownInput as { plan?: WidePlan } | undefined)?.plan;
}
