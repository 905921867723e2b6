import { criticalPathOf, mergeByKey, runStatusOf } from '../src/contract/fold.js';
import type { StoredBranch } from '../src/contract/outcome.js';
import type { Policy } from '../src/contract/plan.js';
import type { RunResult } from '../src/contract/run-result.js';

/** What a run whose branches stand so has come to. */
export function resultOf(branches: StoredBranch[], policy: Policy): RunResult {
  const output = Object.fromEntries(
    Object.entries(mergeByKey(branches)).map(([key, stored]) => [key, 'inline' in stored ? stored.inline : stored]),
  );
  return { status: runStatusOf(branches, policy), output, branches, criticalPath: criticalPathOf(branches) };
}
