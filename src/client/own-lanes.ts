import type { StoredBranch } from '../contract/branch.js';
import { addTallies, tallyOf } from '../contract/lanes.js';
import type { Tally } from '../contract/lanes.js';
import type { WideOutcomes } from '../contract/run-result.js';
import type { PlannedRun } from '../plan/planned-run.js';
import { wideBranches } from './wide-branches.js';
import type { TextReader } from './wide-branches.js';

/**
 * The lanes of somebody's own workflow, by the index of the branch that they are in its history. Among the branches of the run their questions
 * stand in its place, in input order.
 */
interface Seen {
  ownLanes: ReadonlyMap<number, WideOutcomes>;
}

/** How many questions travel in these lanes. */
function questionsIn({ chunks }: Pick<WideOutcomes, 'chunks'>): number {
  return chunks.reduce((sum, { count }) => sum + count, 0);
}

/** How many branches there are more than history names, before the one of this index. */
export function moreInLanes({ ownLanes }: Seen, before = Infinity): number {
  return [...ownLanes].reduce((sum, [index, wide]) => (index < before ? sum + questionsIn(wide) - 1 : sum), 0);
}

/**
 * The outcomes of the questions in the lanes that are this branch.
 *
 * @param isOpen whether the lanes go on: of what they have not reported nobody knows more
 * @returns `undefined` where the reports are elsewhere
 */
export async function branchesInLanes(
  view: Seen & { startedAtMs: number },
  index: number,
  isOpen: boolean,
  store: TextReader,
): Promise<StoredBranch[] | undefined> {
  const wide = view.ownLanes.get(index);
  if (wide === undefined) return undefined;
  const told = isOpen ? { ...wide, chunks: [] } : wide;
  const branches: StoredBranch[] = [];
  try {
    for await (const branch of wideBranches(told, view.startedAtMs, { template: {}, total: questionsIn(wide) }, store))
      branches[branch.index] = branch;
  } catch {
    return undefined;
  }
  return branches.filter((branch) => branch !== undefined).map((branch) => amongAll(view, index, branch));
}

/** An outcome that lanes have told, at its place among all branches. @param lanes index of the branch that the lanes are */
export function amongAll(view: Seen, lanes: number, outcome: StoredBranch): StoredBranch {
  return { ...outcome, index: lanes + moreInLanes(view, lanes) + outcome.index };
}

/** The sum of all branches that have ended, as far as it is known. */
export function tallySoFar({
  planned: { wide },
  tally,
  outcomes,
  ownLanes = new Map(),
}: Partial<Seen> & {
  planned: Pick<PlannedRun, 'wide'>;
  tally: Tally;
  outcomes: ReadonlyMap<number, StoredBranch>;
}): Tally {
  if (wide !== undefined) return tally;
  const beside = [...outcomes].flatMap(([index, outcome]) => (ownLanes.has(index) ? [] : [outcome]));
  return addTallies(tally, tallyOf(beside));
}
