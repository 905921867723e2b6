import type { RunResult } from '../src/contract/run-result.js';
import { planSummarise } from '../src/plan/summarise-plan.js';
import type { SummariseInput } from '../src/plan/summarise-plan.js';
import { withKnown } from './engine/branch.js';
import { checked } from './engine/checked.js';
import { entered } from './engine/door.js';
import { foldIn } from './fold/fan-in.js';
import { fanOut } from './engine/fan-out.js';
import { finish } from './engine/finish.js';
import { fanOutWide } from './wide/fan-out-wide.js';
import { modelBranches } from './engine/model-branches.js';
import { RunProgress } from './engine/progress.js';

/** One summary for each document, in the order given. Few documents have an activity each; many travel in lanes. */
export async function summarise(given: SummariseInput): Promise<RunResult> {
  const input = entered('summarise', given);
  const plan = checked(() => planSummarise(input));
  if ('wide' in plan) return fanOutWide(plan.wide, input);
  const { branches, policy } = plan.direct;
  const progress = new RunProgress(
    branches.map(({ key }) => key),
    input,
  );
  const running = fanOut(withKnown(modelBranches(plan.direct), input.known), policy, progress);
  progress.answered(await running.answer, policy);
  const outcomes = await running.outcomes;
  return finish(outcomes, policy, progress, await foldIn(plan.direct, outcomes));
}
