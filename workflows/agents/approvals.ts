import { CancellationScope, defineUpdate, setHandler, sleep } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';

import { approvalSummary } from '../../src/contract/approval.js';
import type { Decision } from '../../src/contract/approval.js';
import { formatDuration } from '../../src/contract/duration.js';
import { updateNames } from '../../src/contract/names.js';
import type { Place } from '../../src/contract/branch.js';
import { Deferred } from '../engine/deferred.js';
import type { RunProgress } from '../engine/progress.js';

const approveUpdate = defineUpdate<string[], [Decision]>(updateNames.approve);

/** Calls that wait for somebody to allow them: durably, and shown as a timer in the Web UI. */
export class Approvals {
  readonly #waiting = new Map<string, Deferred<Decision>>();

  constructor(
    readonly progress: RunProgress,
    readonly longestMs: number,
  ) {
    setHandler(approveUpdate, (decision) => this.#decide(decision), {
      validator: (decision) => this.#check(decision),
      description: 'Allows or refuses calls that wait for it: { allow, keys?, reason? }; all of them without keys.',
    });
  }

  /**
   * Waits until the call is allowed.
   *
   * @throws ApplicationFailure `NotAllowed` where it is refused, or nobody has decided in time
   */
  async allowed(place: Place, input: string): Promise<void> {
    const decided = new Deferred<Decision>();
    this.#waiting.set(place.key, decided);
    this.progress.needsApproval(place, true);
    const timer = new CancellationScope({ cancellable: true });
    try {
      const nobody = timer.run(() => sleep(this.longestMs, { summary: approvalSummary(place.key, input) }));
      const decision = await Promise.race([decided.promise, nobody]);
      if (decision === undefined) throw refused(`Nobody allowed it within ${formatDuration(this.longestMs)}.`);
      // The timer's own end is of no interest any more.
      nobody.catch(() => {});
      timer.cancel();
      if (!decision.allow) throw refused(decision.reason ?? 'It was refused.');
    } finally {
      this.#waiting.delete(place.key);
      this.progress.needsApproval(place, false);
    }
  }

  #decide(decision: Decision): string[] {
    const keys = decision.keys ?? [...this.#waiting.keys()];
    for (const key of keys) this.#waiting.get(key)?.resolve(decision);
    return keys;
  }

  #check({ allow, keys }: Decision): void {
    const waiting = [...this.#waiting.keys()];
    if (typeof allow !== 'boolean') {
      throw new Error(`Expected \`allow\` to be true or false, got \`${String(allow)}\`.`);
    }
    if (waiting.length === 0) throw new Error('No call waits to be allowed.');
    const strange = keys?.find((key) => !waiting.includes(key));
    if (strange !== undefined) {
      throw new Error(`Expected a call that waits to be allowed (${waiting.join(', ')}), got \`${strange}\`.`);
    }
  }
}

function refused(reason: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(`The call is not allowed: ${reason}`, 'NotAllowed');
}
