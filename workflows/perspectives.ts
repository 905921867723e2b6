import type { PerspectivesInput } from '../src/plan/perspectives-plan.js';
import { planPerspectives, planPerspectivesOver } from '../src/plan/perspectives-plan.js';
import type { RunResult } from '../src/contract/run-result.js';
import { withKnown } from './engine/branch.js';
import { checked } from './engine/checked.js';
import { entered } from './engine/door.js';
import { foldIn } from './fold/fan-in.js';
import { fanOut } from './engine/fan-out.js';
import { finish } from './engine/finish.js';
import { modelBranches } from './engine/model-branches.js';
import { fanOutWide } from './wide/fan-out-wide.js';
import { RunProgress } from './engine/progress.js';

/**
 * Several specialists read one document at once. Their readings are merged into a dict by perspective, in the order asked. Of
 * several documents each is read by all of them, in lanes.
 */
export async function perspectives(given: PerspectivesInput): Promise<RunResult> {
  const input = entered('perspectives', given);
  if (input.chunks !== undefined) return fanOutWide(checked(() => planPerspectivesOver(input)).wide, input);
  const plan = checked(() => planPerspectives(input));
  const progress = new RunProgress(
    plan.branches.map(({ key }) => key),
    input,
  );
  const running = fanOut(withKnown(modelBranches(plan), input.known), plan.policy, progress);
  progress.answered(await running.answer, plan.policy);
  const outcomes = await running.outcomes;
  return finish(outcomes, plan.policy, progress, await foldIn(plan, outcomes));
}
