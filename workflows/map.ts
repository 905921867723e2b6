import type { RunResult } from '../src/contract/run-result.js';
import { planMap } from '../src/plan/map-plan.js';
import type { MapInput } from '../src/plan/map-plan.js';
import { withKnown } from './engine/branch.js';
import { checked } from './engine/checked.js';
import { entered } from './engine/door.js';
import { fanOut } from './engine/fan-out.js';
import { finish } from './engine/finish.js';
import { fanOutWide } from './wide/fan-out-wide.js';
import { modelBranches } from './engine/model-branches.js';
import { RunProgress } from './engine/progress.js';

/** One answer for each row, or several, in the order given. Few rows have an activity each; many travel in lanes. */
export async function map(given: MapInput): Promise<RunResult> {
  const input = entered('map', given);
  const plan = checked(() => planMap(input));
  if ('wide' in plan) return fanOutWide(plan.wide, input);
  const { branches, policy } = plan.direct;
  const progress = new RunProgress(
    branches.map(({ key }) => key),
    { ...input, searchable: input.searchable ?? false },
  );
  const running = fanOut(withKnown(modelBranches(plan.direct), input.known), policy, progress);
  progress.answered(await running.answer, policy);
  return finish(await running.outcomes, policy, progress);
}
