import type { BatchAnswer } from '../../src/contract/activities.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import { tallyOf, toRanges } from '../../src/contract/lanes.js';
import type { ChunkOrder, LaneResult } from '../../src/contract/lanes.js';
import { outcomeOfAnswer } from '../../src/contract/outcome.js';
import type { ActivitiesSettings } from '../settings.js';
import type { QuestionOrder } from './batch-order.js';

/** A chunk's outcomes, stored together; documents of which nothing came are left to a lane. */
export async function laneResultOf(
  { firstIndex }: ChunkOrder,
  { questions, queuedAtMs }: QuestionOrder,
  answers: readonly BatchAnswer[],
  { store }: Pick<ActivitiesSettings, 'store'>,
): Promise<LaneResult> {
  const outcomes: StoredBranch[] = [];
  const left: number[] = [];
  for (const [at, { key, index }] of questions.entries()) {
    const answer = answers[at]?.answer;
    if (answer === undefined) left.push(index - firstIndex);
    else outcomes.push(outcomeOfAnswer({ key, index, queuedAtMs }, answer));
  }
  if (outcomes.length === 0) return { rest: null, left: toRanges(left), why: 'done' };
  const { sha256, bytes } = await store.putText(JSON.stringify(outcomes));
  const indices = toRanges(outcomes.map(({ index }) => index));
  return { rest: { blob: { sha256, bytes }, indices, tally: tallyOf(outcomes) }, left: toRanges(left), why: 'done' };
}
