import { workflowInfo } from '@temporalio/workflow';

import { inlineAnswersBytes } from '../../src/contract/limits.js';
import type { FanOutPlan } from '../../src/plan/fan-out-plan.js';
import { modelBranch, unreadableBranch } from './branch.js';
import type { AskSettings, Branch } from './branch.js';
import { Economy } from '../wide/economy.js';

/** The branches of a plan, each asking the model in an activity of its own. */
export function modelBranches({ branches, policy, offline, fresh }: FanOutPlan): Branch[] {
  const { budget, economy, deadlineMs } = policy;
  const settings = askSettingsOf({ branches, policy, offline, fresh });
  const batches = economy ? new Economy(settings, deadlineMs, Date.now()) : undefined;
  return branches.map(({ key, request, unreadable }, index) => {
    if (unreadable !== undefined) return unreadableBranch(key, unreadable);
    const boundUsd = budget?.boundsUsd[index];
    return batches?.branch(key, request, boundUsd) ?? modelBranch(key, request, settings, boundUsd);
  });
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
