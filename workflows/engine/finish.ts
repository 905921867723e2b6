import { ApplicationFailure, CancellationScope, CancelledFailure } from '@temporalio/workflow';

import { coverageOf } from '../../src/fold/fold.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import { divided, Part } from '../../src/fold/output-parts.js';
import type { Policy } from '../../src/contract/options.js';
import type { RunResult } from '../../src/contract/run-result.js';
import type { Folded } from '../fold/fan-in.js';
import type { RunProgress } from './progress.js';
import { resultOf } from './result.js';

/**
 * Ends the run, with the status that its outcomes and its fan-in make.
 *
 * @throws ApplicationFailure `RunFailed` with the {@link RunResult} as its first detail, when the run has failed
 * @throws CancelledFailure when the run was cancelled
 */
export function finish(
  branches: StoredBranch[],
  policy: Policy,
  progress: RunProgress,
  { output, fanIn, failure }: Folded = {},
): RunResult {
  if (CancellationScope.current().consideredCancelled) {
    progress.finished('cancelled', fanIn?.calls);
    throw new CancelledFailure('The run was cancelled.');
  }
  const result: RunResult = {
    ...resultOf(branches, policy),
    ...progress.firstAnswer,
    ...(output !== undefined && divided(new Part(output))),
    ...(fanIn !== undefined && { fanIn }),
    ...(failure !== undefined && { status: 'failed' }),
  };
  progress.finished(result.status, fanIn?.calls);
  if (result.status !== 'failed') return result;
  throw ApplicationFailure.create({
    type: 'RunFailed',
    message: failure ?? whyFailed(branches),
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
