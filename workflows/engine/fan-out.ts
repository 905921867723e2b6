import { CancellationScope } from '@temporalio/workflow';

import { outcomeOfLate } from '../../src/contract/outcome.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import type { Policy } from '../../src/contract/options.js';
import type { Branch } from './branch.js';
import { BranchRuns } from './branch-runs.js';
import { CompletionOrder } from './completion-order.js';
import { Deferred } from './deferred.js';
import { cutsTheRest, decisionOf, startDeadline, whyLate } from './join.js';
import type { Decision } from './join.js';
import type { Follow } from './progress.js';

/** A fan-out under way. Iterating over it gives the outcomes in completion order. */
export interface FanOut extends AsyncIterable<StoredBranch> {
  /** The outcomes, in input order, at the moment when the join policy is satisfied. A branch that still goes on is `late`. */
  readonly answer: Promise<StoredBranch[]>;
  /** The outcomes when every branch has ended, in input order. */
  readonly outcomes: Promise<StoredBranch[]>;
  /** The outcomes in completion order. */
  readonly order: CompletionOrder<StoredBranch>;
}

/**
 * Starts every branch at once, as far as the policy's concurrency and budget let it, and waits for them as its join says.
 *
 * FanOut-1. Every branch has exactly one outcome, at its place in input order. In completion order a branch that is begun anew
 *     has one more.
 * FanOut-2. A branch's failure is its outcome; nothing here rejects.
 * FanOut-3. When the join is decided, branches in flight are cancelled. Under `late: amend` they go on and amend the answer.
 *     A branch that the deadline cuts is `late`, whichever way its outcome is looked at.
 * FanOut-4. When the caller's scope is cancelled, every branch still ends with an outcome.
 *
 * @param queuedAtMs when the fan-out began, in milliseconds since the epoch
 * @param firstIndex of the first branch, where the run has had others before
 */
export function fanOut(
  branches: readonly Branch[],
  policy: Policy,
  follow: Follow,
  queuedAtMs = Date.now(),
  firstIndex = 0,
): FanOut {
  const scope = new CancellationScope({ cancellable: true });
  const order = new CompletionOrder<StoredBranch>();
  const decided = new Deferred<Decision | 'all ended'>();
  const first = { queuedAtMs, index: firstIndex };
  const runs = new BranchRuns(branches, policy, follow, first, scope, (outcome) => {
    order.add(outcome);
    const decision = decide(runs, branches.length, policy);
    if (decision !== undefined) decided.resolve(decision);
  });
  runs.start();
  // Nothing would ever end.
  if (branches.length === 0) decided.resolve('all ended');
  const timer = startDeadline(policy, () => decided.resolve('deadline'));
  const answer = decided.promise.then((decision) => {
    timer?.cancel();
    const why = whyLate(decision, policy);
    if (decision === 'deadline' && policy.late !== 'amend') runs.late = why;
    if (decision !== 'all ended' && cutsTheRest(decision, policy)) scope.cancel();
    return branches.map(
      ({ key }, at) =>
        runs.outcomes.get(at) ?? outcomeOfLate({ key, index: firstIndex + at, queuedAtMs }, why, Date.now()),
    );
  });
  const outcomes = decided.promise.then(async () => {
    const all = await runs.all();
    order.end();
    return all;
  });
  return { answer, outcomes, order, [Symbol.asyncIterator]: () => order[Symbol.asyncIterator]() };
}

function decide({ outcomes, ok }: BranchRuns, total: number, policy: Policy): Decision | 'all ended' | undefined {
  const ended = outcomes.size;
  return ended === total ? 'all ended' : decisionOf({ ok, lost: ended - ok, total }, policy);
}
