import { ApplicationFailure } from '@temporalio/workflow';

import { formatDuration } from '../../src/contract/duration.js';
import type { Blob, Tally } from '../../src/contract/lanes.js';
import type { FirstAnswer, RunResult, WideOutcomes } from '../../src/contract/run-result.js';
import type { RunStatus } from '../../src/contract/run.js';
import type { WidePlan } from '../../src/plan/summarise-plan.js';

/** Why a wide fan-out began nothing more. */
export type Decision = 'enough are ok' | 'too few can be ok' | 'deadline';

interface Standing {
  tally: Tally;
  batches: Blob[];
  poisoned: readonly number[];
  why: Decision | 'all ended' | 'over budget';
  firstAnswer: FirstAnswer | undefined;
}

/** What a wide run has come to; its branches stay in the store. */
export function wideResult({ chunks, total, policy }: WidePlan, standing: Standing): RunResult {
  const { tally, batches, poisoned, why, firstAnswer } = standing;
  const { ok = 0 } = tally.byStatus;
  const status: RunStatus = ok === total ? 'complete' : ok < policy.needed ? 'failed' : 'partial';
  return {
    status,
    output: null,
    references: [],
    branches: [],
    criticalPath: tally.slowest === null ? [] : [tally.slowest.key],
    ...(firstAnswer && { firstAnswer }),
    wide: { chunks, batches, tally, poisoned, others: othersOf(why, policy.deadlineMs ?? 0) },
  };
}

/** @throws ApplicationFailure `RunFailed` with the result as its first detail, when the run has failed */
export function unlessFailed(result: RunResult, total: number): RunResult {
  if (result.status !== 'failed') return result;
  const message = `${result.wide?.tally.byStatus.ok ?? 0} of ${total} branches are ok.`;
  throw ApplicationFailure.create({ type: 'RunFailed', message, nonRetryable: true, details: [result] });
}

function othersOf(why: Standing['why'], deadlineMs: number): WideOutcomes['others'] {
  switch (why) {
    case 'over budget':
      return { status: 'skipped', message: 'The budget had no more for it.' };
    case 'deadline':
      return { status: 'late', message: `Not there at the deadline of ${formatDuration(deadlineMs)}.` };
    case 'enough are ok':
    case 'too few can be ok':
    case 'all ended':
      return { status: 'cancelled', message: 'Not there when the fan-out was decided.' };
  }
}
