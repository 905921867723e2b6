import { ApplicationFailure } from '@temporalio/workflow';

import { planPerspectives } from '../src/contract/perspectives-plan.js';
import type { FanOutPlan } from '../src/contract/perspectives-plan.js';
import type { PerspectivesInput } from '../src/contract/plan.js';
import type { RunResult } from '../src/contract/run-result.js';
import { finish } from './finish.js';
import { fanOut } from './fan-out.js';
import { RunProgress } from './progress.js';

/** Several specialists read one document at once; their readings are merged into a dict by perspective, in the order asked. */
export async function perspectives(input: PerspectivesInput): Promise<RunResult> {
  const plan = checked(input);
  const progress = new RunProgress(
    plan.branches.map(({ key }) => key),
    input.searchable ?? false,
  );
  const outcomes = await fanOut(plan, progress);
  return finish(outcomes, plan.policy.join, progress);
}

function checked(input: PerspectivesInput): FanOutPlan {
  try {
    return planPerspectives(input);
  } catch (error) {
    throw ApplicationFailure.nonRetryable((error as Error).message, 'BadInput');
  }
}
