import { ApplicationFailure, CancellationScope, CancelledFailure } from '@temporalio/workflow';

import { coverageOf } from '../src/contract/fold.js';
import type { StoredBranch } from '../src/contract/outcome.js';
import type { Policy } from '../src/contract/plan.js';
import type { RunResult } from '../src/contract/run-result.js';
import type { RunProgress } from './progress.js';
import { resultOf } from './result.js';

/**
 * Folds the outcomes by key and ends the run as they say.
 *
 * @throws ApplicationFailure `RunFailed` with the {@link RunResult} as its first detail, when the run has failed
 * @throws CancelledFailure when the run was cancelled
 */
export function finish(branches: StoredBranch[], policy: Policy, progress: RunProgress): RunResult {
  if (CancellationScope.current().consideredCancelled) {
    progress.finished('cancelled');
    throw new CancelledFailure('The run was cancelled.');
  }
  const result: RunResult = { ...resultOf(branches, policy), ...progress.firstAnswer };
  progress.finished(result.status);
  if (result.status !== 'failed') return result;
  throw ApplicationFailure.create({
    type: 'RunFailed',
    message: whyFailed(branches),
    nonRetryable: true,
    details: [result],
  });
}

function whyFailed(branches: readonly StoredBranch[]): string {
  const [culprit] = branches
    .filter(({ status }) => status !== 'ok' && status !== 'cancelled')
    .toSorted((left, right) => (left.finishedAt ?? '').localeCompare(right.finishedAt ?? ''));
  const { ok, total } = coverageOf(branches);
  const reason =
    culprit === undefined ? '' : ` First: ${culprit.key} ${culprit.status}: ${culprit.error?.message ?? ''}`;
  return `${ok} of ${total} branches are ok.${reason}`;
}
