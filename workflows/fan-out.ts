import { CancellationScope } from '@temporalio/workflow';

import { inlineAnswersBytes } from '../src/contract/limits.js';
import { outcomeOfAnswer, outcomeOfFailure } from '../src/contract/outcome.js';
import type { StoredBranch } from '../src/contract/outcome.js';
import type { FanOutPlan } from '../src/contract/perspectives-plan.js';
import { ask } from './ask.js';
import type { Follow } from './progress.js';
import { Window } from './window.js';

/**
 * Starts every branch of the plan and waits for them as its join policy says.
 *
 * F1. Every branch has exactly one outcome, at its place in input order.
 * F2. A branch's failure is its outcome; it never rejects.
 * F3. Under `all` the first outcome that is not ok cancels the branches still in flight.
 * F4. When the caller's scope is cancelled, every branch still ends with an outcome.
 */
export async function fanOut(plan: FanOutPlan, follow: Follow): Promise<StoredBranch[]> {
  switch (plan.policy.join) {
    case 'all':
      return failFast(plan, follow);
    case 'settled':
      return collectAll(plan, follow);
  }
}

async function collectAll(plan: FanOutPlan, follow: Follow): Promise<StoredBranch[]> {
  const outcomes = await Promise.allSettled(startBranches(plan, follow));
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

async function failFast(plan: FanOutPlan, follow: Follow): Promise<StoredBranch[]> {
  const scope = new CancellationScope({ cancellable: true });
  const branches = await scope.run(async () => startBranches(plan, follow));
  try {
    await Promise.all(branches.map(mustBeOk));
  } catch {
    scope.cancel();
  }
  return Promise.all(branches);
}

async function mustBeOk(branch: Promise<StoredBranch>): Promise<void> {
  const { key, status } = await branch;
  if (status !== 'ok') throw new Error(`${key} is ${status}`);
}

function startBranches({ branches, policy, offline, fresh }: FanOutPlan, follow: Follow): Promise<StoredBranch>[] {
  const window = new Window(policy.concurrency);
  const queuedAtMs = Date.now();
  const freshness = fresh ? { freshSinceMs: queuedAtMs } : {};
  const inlineBytes = Math.floor(inlineAnswersBytes / branches.length);
  return branches.map(async ({ key, request }, index) => {
    const place = { key, index, queuedAtMs };
    const { timeoutMs, attempts } = policy;
    try {
      const answer = await window.turn(() => {
        follow.started(place);
        return ask({ ...place, request, offline, timeoutMs, attempts, inlineBytes, ...freshness });
      });
      return follow.ended(outcomeOfAnswer(place, answer));
    } catch (failure) {
      const cancelled = CancellationScope.current().consideredCancelled;
      return follow.ended(outcomeOfFailure(place, failure, Date.now(), cancelled));
    }
  });
}
