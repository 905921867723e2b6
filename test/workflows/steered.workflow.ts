import { proxyActivities } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';

import { policyOf } from '../../src/plan/policy.js';
import { activityBranch } from '../../workflows/engine/branch.js';
import { fanOut } from '../../workflows/engine/fan-out.js';
import { RunProgress } from '../../workflows/engine/progress.js';

const { hold } = proxyActivities<{ hold(): Promise<string> }>({ startToCloseTimeout: '30s' });

const width = 60;

/** One branch is held; the others go one after another, and each fails the moment it begins: all in one workflow task. */
export async function oneAfterAnother(): Promise<Record<string, string>> {
  const branches = Array.from({ length: width }, (_, at) =>
    at === 0
      ? activityBranch('held', hold)
      : activityBranch(`b${at}`, () => Promise.reject(ApplicationFailure.nonRetryable('no'))),
  );
  const policy = policyOf({ concurrency: 2 }, width);
  const progress = new RunProgress(
    branches.map(({ key }) => key),
    { searchable: false },
  );
  const outcomes = await fanOut(branches, policy, progress).outcomes;
  return Object.fromEntries(outcomes.map(({ key, status }) => [key, status]));
}
