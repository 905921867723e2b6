import type { PerspectivesInput } from '../src/contract/plan.js';
import { planPerspectives } from '../src/contract/perspectives-plan.js';
import type { RunResult } from '../src/contract/run-result.js';
import { checked } from './checked.js';
import { foldIn } from './fan-in.js';
import { fanOut } from './fan-out.js';
import { finish } from './finish.js';
import { modelBranches } from './model-branches.js';
import { RunProgress } from './progress.js';

/** Several specialists read one document at once; their readings are merged into a dict by perspective, in the order asked. */
export async function perspectives(input: PerspectivesInput): Promise<RunResult> {
  const plan = checked(() => planPerspectives(input));
  const progress = new RunProgress(
    plan.branches.map(({ key }) => key),
    input.searchable ?? false,
  );
  const running = fanOut(modelBranches(plan), plan.policy, progress);
  progress.answered(await running.answer, plan.policy);
  const outcomes = await running.outcomes;
  return finish(outcomes, plan.policy, progress, await foldIn(plan, outcomes));
}
