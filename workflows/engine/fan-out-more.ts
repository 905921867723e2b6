import type { StoredBranch } from '../../src/contract/branch.js';
import type { Policy } from '../../src/contract/options.js';
import type { Branch } from './branch.js';
import { fanOut } from './fan-out.js';
import type { RunProgress } from './progress.js';

/**
 * Runs branches that were not known when the run began. Their indexes follow those of all earlier branches, and no failure of one
 * ends the others.
 */
export function fanOutMore(
  branches: readonly Branch[],
  policy: Policy,
  progress: RunProgress,
): Promise<StoredBranch[]> {
  const firstIndex = progress.add(...branches.map(({ key }) => key));
  const settled = { ...policy, join: 'settled', deadlineMs: null, budget: null } as const;
  return fanOut(branches, settled, progress, Date.now(), firstIndex).outcomes;
}
