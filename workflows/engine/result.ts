import { workflowInfo } from '@temporalio/workflow';

import type { Stored } from '../../src/contract/stored.js';
import { criticalPathOf, outputOf, runStatusOf } from '../../src/fold/fold.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import type { Policy } from '../../src/contract/options.js';
import type { RunResult } from '../../src/contract/run-result.js';

/** What a run whose branches stand so has come to. */
export function resultOf(branches: StoredBranch[], policy: Policy): RunResult {
  const readable = branches.map(({ key, status, output }) => ({ key, status, output: output && inlineOf(output) }));
  const output = outputOf(workflowInfo().workflowType, readable);
  return { status: runStatusOf(branches, policy), output, branches, criticalPath: criticalPathOf(branches) };
}

/** An output that is too large for history stands in the result as a reference. */
export function inlineOf(stored: Stored<unknown>): unknown {
  return 'inline' in stored ? stored.inline : stored;
}
