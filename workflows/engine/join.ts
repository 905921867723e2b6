import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

import { deadlineSummary } from '../../src/contract/names.js';
import type { Policy } from '../../src/contract/options.js';
import { notThereAt } from '../../src/contract/outcome.js';

/** The reason why the fan-in waits no longer for branches that still go on. */
export type Decision = 'enough are ok' | 'too few can be ok' | 'deadline';

/** The state of a fan-out: how many branches are ok, how many have ended otherwise, how many there are. */
interface Standing {
  ok: number;
  lost: number;
  total: number;
}

/**
 * Applies the join policy to the state of a fan-out, narrow or wide. `undefined` means: wait on.
 *
 * Join-1. Under `settled` every branch is wanted: only the deadline decides.
 * Join-2. Under `quorum` and `first` the branch that completes the number decides.
 * Join-3. A number that can no longer be reached decides at once, also under `late: amend`.
 */
export function decisionOf({ ok, lost, total }: Standing, { join, needed }: Policy): Decision | undefined {
  if (join === 'settled') return undefined;
  if (join !== 'all' && ok >= needed) return 'enough are ok';
  return total - lost < needed ? 'too few can be ok' : undefined;
}

/** Whether branches that still go on are cut, instead of amending the answer. */
export function cutsTheRest(decision: Decision, { late }: Pick<Policy, 'late'>): boolean {
  return late === 'cancel' || decision === 'too few can be ok';
}

/**
 * Calls `reached` when the policy's deadline is over. Cancel the returned scope to stop waiting.
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
    .run(() => sleep(Math.max(1, leftMs), { summary: deadlineSummary }))
    .then(reached, (failure: unknown) => {
      if (!isCancellation(failure)) throw failure;
    });
  return scope;
}

/** The message of a branch that had not ended when the fan-out was decided. */
export function whyLate(decision: Decision | 'all ended', { deadlineMs, needed }: Policy): string {
  switch (decision) {
    case 'deadline':
      return notThereAt(deadlineMs ?? 0);
    case 'enough are ok':
      return `Not there when ${needed} ${needed === 1 ? 'was' : 'were'} ok.`;
    case 'too few can be ok':
    case 'all ended':
      return 'Not there when the fan-out was decided.';
  }
}
