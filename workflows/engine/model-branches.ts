import { workflowInfo } from '@temporalio/workflow';

import { inlineAnswersBytes } from '../../src/contract/limits.js';
import type { FanOutPlan } from '../../src/plan/fan-out-plan.js';
import { modelBranch } from './branch.js';
import type { AskSettings, Branch } from './branch.js';
import { Economy } from '../wide/economy.js';

/** The branches of a plan, each asking the model in an activity of its own. */
export function modelBranches({ branches, policy, offline, fresh }: FanOutPlan): Branch[] {
  const { budget, economy, deadlineMs } = policy;
  const settings = askSettingsOf({ branches, policy, offline, fresh });
  if (economy) {
    const batches = new Economy(settings, deadlineMs, Date.now());
    return branches.map(({ key, request }, index) => batches.branch(key, request, budget?.boundsUsd[index]));
  }
  return branches.map(({ key, request }, index) => modelBranch(key, request, settings, budget?.boundsUsd[index]));
}

/** How the branches of a plan ask. */
export function askSettingsOf({
  branches,
  policy: { timeoutMs, attempts, hedge },
  offline,
  fresh,
}: Pick<FanOutPlan, 'branches' | 'policy' | 'offline' | 'fresh'>): AskSettings {
  return {
    offline,
    timeoutMs,
    attempts,
    inlineBytes: Math.floor(inlineAnswersBytes / branches.length),
    ...(fresh && { freshSinceMs: Date.now() }),
    ...(hedge && { hedge: { run: workflowInfo().runId } }),
  };
}
