import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

import { formatDuration } from '../../src/contract/duration.js';
import type { Policy } from '../../src/contract/options.js';

/** Why the fan-in waits no longer for what still goes on. */
export type Decision = 'enough are ok' | 'too few can be ok' | 'deadline';

/** How many branches are ok, how many have ended otherwise, and of how many. */
interface Standing {
  ok: number;
  lost: number;
  total: number;
}

/**
 * What the join policy makes of a fan-out that stands so, narrow or wide; nothing where it waits on.
 *
 * Join-1. Under `settled` every branch is wanted for its own sake: nothing but the deadline decides.
 * Join-2. `quorum` and `first` are decided by the branch that makes them enough.
 * Join-3. A need that can no longer be met is told at once, whatever becomes of late ones.
 */
export function decisionOf({ ok, lost, total }: Standing, { join, needed }: Policy): Decision | undefined {
  if (join === 'settled') return undefined;
  if (join !== 'all' && ok >= needed) return 'enough are ok';
  return total - lost < needed ? 'too few can be ok' : undefined;
}

/** Whether what still goes on is cut, and does not amend the answer. */
export function cutsTheRest(decision: Decision, { late }: Pick<Policy, 'late'>): boolean {
  return late === 'cancel' || decision === 'too few can be ok';
}

/**
 * Calls `reached` when the policy's deadline is over; the returned scope ends the wait.
 *
 * @param leftMs until then, in milliseconds
 */
export function startDeadline(
  { deadlineMs, economy }: Policy,
  reached: () => void,
  leftMs: number = deadlineMs ?? 0,
): CancellationScope | undefined {
  // In the economy lane the deadline ends the wait for the batch, not the fan-out.
  if (deadlineMs === null || economy) return undefined;
  const scope = new CancellationScope({ cancellable: true });
  scope
    .run(() => sleep(Math.max(1, leftMs), { summary: 'deadline' }))
    .then(reached, (failure: unknown) => {
      if (!isCancellation(failure)) throw failure;
    });
  return scope;
}

/** What is said of a branch that was not there when the fan-out was decided. */
export function whyLate(decision: Decision | 'all ended', { deadlineMs, needed }: Policy): string {
  switch (decision) {
    case 'deadline':
      return `Not there at the deadline of ${formatDuration(deadlineMs ?? 0)}.`;
    case 'enough are ok':
      return `Not there when ${needed} ${needed === 1 ? 'was' : 'were'} ok.`;
    case 'too few can be ok':
    case 'all ended':
      return 'Not there when the fan-out was decided.';
  }
}
