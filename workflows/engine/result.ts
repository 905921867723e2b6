import { workflowInfo } from '@temporalio/workflow';

import { criticalPathOf, outputOf, runStatusOf } from '../../src/fold/fold.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import { divided, Part } from '../../src/fold/output-parts.js';
import type { Policy } from '../../src/contract/options.js';
import type { RunResult } from '../../src/contract/run-result.js';
import { kindOf } from '../../src/plan/kinds.js';

/** The result of a run whose branches ended so. */
export function resultOf(branches: StoredBranch[], policy: Policy): RunResult {
  const parts = branches.map(({ key, status, output }) => ({
    key,
    status,
    ...(output !== undefined && { output: new Part(output) }),
  }));
  const output = divided(outputOf(kindOf(workflowInfo().workflowType)?.output === 'branches as a list', parts));
  return { status: runStatusOf(branches, policy), ...output, branches, criticalPath: criticalPathOf(branches) };
}
