import { CancelledFailure } from '@temporalio/common';

import type { BatchAnswer, SubmittedBatch } from '../../src/contract/activities.js';
import type { Place, StoredBranch } from '../../src/contract/branch.js';
import { reportOf, toRanges } from '../../src/contract/lanes.js';
import type { ChunkOrder, LaneResult } from '../../src/contract/lanes.js';
import type { Ledger } from '../../src/contract/model-call.js';
import { outcomeOfAnswer, outcomeOfFailure } from '../../src/contract/outcome.js';
import type { ActivitiesSettings } from '../settings.js';
import type { QuestionOrder } from './batch-order.js';

/** A chunk's outcomes, stored together; documents of which nothing came are left to a lane, or to another order where they were withheld. */
export async function laneResultOf(
  { firstIndex, places, budgetUsd, isCut = false }: ChunkOrder,
  { questions, queuedAtMs }: QuestionOrder,
  batches: readonly SubmittedBatch[],
  answers: readonly BatchAnswer[],
  { store }: Pick<ActivitiesSettings, 'store'>,
): Promise<LaneResult> {
  // The store lacks the chunk: a lane tells so of each document.
  if (questions.length === 0) return { rest: null, left: places, why: 'done' };
  const outcomes: StoredBranch[] = [];
  const left: number[] = [];
  const withheld: number[] = [];
  const ledgers: Record<number, Ledger> = {};
  let unfitUsd = 0;
  const submitted = new Set(batches.flatMap((batch) => batch.questions));
  for (const [at, { key, index, isForLane }] of questions.entries()) {
    const { answer, ledger } = answers[at] ?? {};
    if (answer !== undefined) outcomes.push(outcomeOfAnswer({ key, index, queuedAtMs }, answer));
    else if (isCut && ledger !== undefined) outcomes.push(cutOutcome({ key, index, queuedAtMs }, ledger));
    else if (budgetUsd === undefined || isForLane || submitted.has(at)) left.push(index - firstIndex);
    else withheld.push(index - firstIndex);
    if (answer !== undefined || ledger === undefined || isCut) continue;
    // Whoever asks next has it on the branch's bill; where a budget holds, what lanes are granted would have it twice.
    if (budgetUsd === undefined) ledgers[index] = ledger;
    else unfitUsd += (ledger.costUsd ?? 0) + ledger.lostUsd;
  }
  const rest = {
    left: toRanges(left),
    ...(Object.keys(ledgers).length > 0 && { begun: { underWay: [], ledgers } }),
    ...(unfitUsd > 0 && { unfitUsd }),
    ...(withheld.length > 0 ? { why: 'over budget' as const, withheld: toRanges(withheld) } : { why: 'done' as const }),
  };
  if (outcomes.length === 0) return { rest: null, ...rest };
  const { sha256, bytes } = await store.putText(JSON.stringify(outcomes));
  return { rest: reportOf({ sha256, bytes }, outcomes), ...rest };
}

function cutOutcome(place: Place, ledger: Ledger): StoredBranch {
  return outcomeOfFailure(place, new CancelledFailure('CANCELLED', [ledger]), Date.now());
}
