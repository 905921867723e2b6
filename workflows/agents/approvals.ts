import { CancellationScope, defineUpdate, setHandler, sleep } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';

import type { Stored } from '../../src/contract/stored.js';
import { approvalMarkdown, approvalSummary, takesName } from '../../src/fold/approval.js';
import type { Decision } from '../../src/fold/approval.js';
import { parsed } from '../../src/plan/schema/parse.js';
import { decision as decisionSchema } from '../../src/plan/schema/messages.js';
import { formatDuration } from '../../src/contract/duration.js';
import { updateNames } from '../../src/contract/names.js';
import type { Place } from '../../src/contract/branch.js';
import { Deferred } from '../engine/deferred.js';
import type { RunProgress } from '../engine/progress.js';

const approveUpdate = defineUpdate<string[], [Decision]>(updateNames.approve);

/**
 * Most characters of the current details that waiting calls may take together. Temporal keeps 20 KB, most of which the branches
 * have.
 */
const mostShown = 6_000;

/**
 * Calls that wait for somebody to allow them. The wait is durable, and shows as a timer in the Web UI.
 *
 * Approvals-1. An approval without names allows only calls that were shown whole. A call whose input is anywhere shown cut, or
 *     not at all, is allowed by its name only. A refusal needs no names.
 */
export class Approvals {
  readonly #waiting = new Map<string, { decided: Deferred<Decision>; takesName: boolean; markdown: string }>();

  constructor(
    readonly progress: RunProgress,
    readonly longestMs: number,
  ) {
    setHandler(approveUpdate, (given) => this.#decide(decisionIn(given)), {
      validator: (given) => this.#check(decisionIn(given)),
      description:
        'Allows or refuses calls that wait for it: { allow, keys?, reason? }; all of them without keys, unless one is shown cut: it is allowed by its key.',
    });
  }

  /**
   * Waits until the call is allowed.
   *
   * @throws ApplicationFailure `NotAllowed` where it is refused, or nobody has decided in time
   */
  async allowed(place: Place, input: Stored<unknown>): Promise<void> {
    const decided = new Deferred<Decision>();
    const shown = [...this.#waiting.values()].reduce((sum, { markdown }) => sum + markdown.length, 0);
    const whole = approvalMarkdown(place.key, input, takesName(input));
    const fits = shown + whole.length <= mostShown;
    const markdown = fits ? whole : approvalMarkdown(place.key, undefined, true);
    this.#waiting.set(place.key, { decided, takesName: !fits || takesName(input), markdown });
    this.progress.needsApproval(place, markdown);
    const timer = new CancellationScope({ cancellable: true });
    try {
      const nobody = timer.run(() => sleep(this.longestMs, { summary: approvalSummary(place.key) }));
      const decision = await Promise.race([decided.promise, nobody]);
      if (decision === undefined) throw refused(`Nobody allowed it within ${formatDuration(this.longestMs)}.`);
      // Nobody waits for the timer any more.
      nobody.catch(() => {});
      timer.cancel();
      if (!decision.allow) throw refused(decision.reason ?? 'It was refused.');
    } finally {
      this.#waiting.delete(place.key);
      this.progress.needsApproval(place, undefined);
    }
  }

  #decide(decision: Decision): string[] {
    const keys = decision.keys ?? [...this.#waiting.keys()];
    for (const key of keys) this.#waiting.get(key)?.decided.resolve(decision);
    return keys;
  }

  #check({ allow, keys }: Decision): void {
    const waiting = [...this.#waiting.keys()];
    if (waiting.length === 0) throw new Error('No call waits to be allowed.');
    const strange = keys?.find((key) => !waiting.includes(key));
    if (strange !== undefined) {
      throw new Error(`Expected a call that waits to be allowed (${waiting.join(', ')}), got \`${String(strange)}\`.`);
    }
    const unseen = waiting.filter((key) => this.#waiting.get(key)?.takesName);
    if (allow && keys === undefined && unseen.length > 0) {
      throw new Error(
        `Expected the calls to be named, for the input of ${unseen.join(', ')} is large or shown cut, got no names.`,
      );
    }
  }
}

/** @throws MisfitError */
function decisionIn(given: Decision): Decision {
  return parsed<Decision>(decisionSchema, given, 'a decision');
}

function refused(reason: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(`The call is not allowed: ${reason}`, 'NotAllowed');
}
