import { CancellationScope, patched, proxyActivities } from '@temporalio/workflow';

import type { Activities } from '../../src/contract/activities.js';
import { taskQueues } from '../../src/contract/names.js';
import type { RunStatus } from '../../src/contract/run.js';
import { showBegun, showEnded } from './search-attributes.js';

// A worker answers in milliseconds. Where none does, the run goes on without, and its end waits no longer than this.
const longest = '5s';

const { isSearchable } = proxyActivities<Pick<Activities, 'isSearchable'>>({
  taskQueue: taskQueues.io,
  scheduleToCloseTimeout: longest,
  retry: { maximumAttempts: 1 },
  summary: 'whether the run can be listed by its search attributes',
  // An activity's own number may be the key of a branch.
  activityId: 'is the run listed',
});

/** Questions that workers have not answered yet. */
const asked = new Set<Promise<void>>();

/**
 * The search attributes of one run.
 *
 * Listing-1. To set one that the namespace does not know would fail the workflow task for ever. Where the starter has not said
 *     whether it does, a worker is asked, while the run goes on.
 * Listing-2. A run that ends before the answer is there is listed as one that has ended: see {@link allListed}.
 */
export class Listing {
  #known: boolean;
  #ended: Parameters<typeof showEnded> | undefined;

  /**
   * @param given whether the namespace knows them, where the starter has said so
   * @param branches how many there are now
   */
  constructor(
    given: boolean | undefined,
    private readonly branches: () => number,
  ) {
    this.#known = given === true;
    if (this.#known) showBegun(branches());
    // A run that began without it has no such activity in its history.
    if (given === undefined && patched('lists-itself')) this.#ask();
  }

  ended(status: RunStatus, costUsd: number | null, branches?: number): void {
    this.#ended = [status, costUsd, branches];
    if (this.#known) showEnded(status, costUsd, branches);
  }

  #ask(): void {
    const answer = CancellationScope.nonCancellable(() => isSearchable()).then(
      (known) => {
        this.#known = known;
        if (!known) return;
        showBegun(this.branches());
        if (this.#ended !== undefined) showEnded(...this.#ended);
      },
      // Nobody has answered: the run is listed without.
      () => {},
    );
    asked.add(answer);
    void answer.then(() => asked.delete(answer));
  }
}

/** Waits until every run of this execution is listed, for as long as a worker may take to answer. */
export async function allListed(): Promise<void> {
  if (asked.size > 0) await CancellationScope.nonCancellable(() => Promise.all(asked));
}
