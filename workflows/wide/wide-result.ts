import { ApplicationFailure } from '@temporalio/workflow';

import type { Blob, Tally } from '../../src/contract/lanes.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import type { FirstAnswer, RunResult, WideOutcomes } from '../../src/contract/run-result.js';
import type { RunStatus } from '../../src/contract/run.js';
import type { Policy } from '../../src/contract/options.js';
import type { WidePlan } from '../../src/plan/summarise-plan.js';
import { divided, Part } from '../../src/fold/output-parts.js';
import { foldWide } from '../fold/fan-in-wide.js';
import type { Folded } from '../fold/fan-in.js';
import { whyLate } from '../engine/join.js';
import type { Decision } from '../engine/join.js';

/** Why a run has begun nothing more. */
export type Why = Decision | 'all ended' | 'over budget';

/** What became of branches of a run that was cancelled, of which no lane tells. */
export const cutWithRun = { status: 'cancelled', message: 'The run ended before this branch did.' } as const;

interface Standing {
  tally: Tally;
  reports: Blob[];
  poisoned: readonly number[];
  /** The reason why nothing more was begun. */
  why: Why;
  firstAnswer: FirstAnswer | undefined;
}

/** The result of a wide run. Its branches stay in the store. */
export function wideResult({ chunks, total, policy }: WidePlan, standing: Standing): RunResult {
  const { tally, reports, poisoned, why, firstAnswer } = standing;
  const { ok = 0 } = tally.byStatus;
  const status: RunStatus = ok === total ? 'complete' : ok < policy.needed ? 'failed' : 'partial';
  return {
    status,
    output: null,
    references: [],
    branches: [],
    criticalPath: tally.slowest === null ? [] : [tally.slowest.key],
    ...(firstAnswer && { firstAnswer }),
    wide: { chunks, batches: reports, tally, poisoned, others: othersOf(why, policy) },
  };
}

/**
 * The result with what the fan-in makes of it, unless the run has failed.
 *
 * @param spentUsd by the branches
 */
export async function foldedResult(
  plan: WidePlan,
  merged: RunResult,
  reports: readonly Blob[],
  spentUsd: number,
): Promise<{ result: RunResult; calls: readonly StoredBranch[]; failure?: string }> {
  const folded: Folded = merged.status === 'failed' ? {} : await foldWide(plan, reports, spentUsd);
  const { output, fanIn, failure } = folded;
  const result: RunResult = {
    ...merged,
    ...(output !== undefined && divided(new Part(output))),
    ...(fanIn !== undefined && { fanIn }),
    ...(failure !== undefined && { status: 'failed' }),
  };
  return { result, calls: fanIn?.calls ?? [], ...(failure !== undefined && { failure }) };
}

/** @throws ApplicationFailure `RunFailed` with the result as its first detail, when the run has failed */
export function unlessFailed(result: RunResult, total: number, failure?: string): RunResult {
  if (result.status !== 'failed') return result;
  const message = failure ?? `${result.wide?.tally.byStatus.ok ?? 0} of ${total} branches are ok.`;
  throw ApplicationFailure.create({ type: 'RunFailed', message, nonRetryable: true, details: [result] });
}

/** What became of branches that no lane tells of. */
export function othersOf(why: Why, policy: Policy): WideOutcomes['others'] {
  if (why === 'over budget') return { status: 'skipped', message: 'The budget had no more for it.' };
  return { status: why === 'deadline' ? 'late' : 'cancelled', message: whyLate(why, policy) };
}
