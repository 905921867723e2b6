import { setTimeout as sleep } from 'node:timers/promises';

import type { LaneMore } from '../../src/contract/lane-messages.js';
import type { Lane } from '../../src/contract/lanes.js';
import type { HandingBack } from './hand-back.js';
import type { LaneBranches, MoreToDo } from './lane-branches.js';

/** A lane that may be given more `later` asks no sooner, in milliseconds: where all is begun at once there is nothing to wait for. */
const laterMs = 2_000;

/** A lane as old as this ends, in milliseconds: others take turns with it, of other runs and on other workers. */
const oldMs = 60 * 60_000;

/** Longest wait for what the workflow says, in milliseconds: it says nothing while no worker runs it. */
const answerMs = 10_000;

/** Tries that may fail before the lane asks no more: the workflow may be one of an older version. */
const mostFailures = 3;

/**
 * Asks the workflow for more when a lane will soon have begun all that it carries.
 *
 * AskingForMore-1. There is one ask at a time. What has failed is asked again by the same number, so that what was given is given once.
 * AskingForMore-2. Nothing is asked while something is being handed back: the width in the answer would be one that is given up.
 */
export class AskingForMore {
  readonly #begunAt = performance.now();
  #number = 0;
  #failures = 0;
  #isAsking = false;
  #isOver: boolean;

  constructor(
    readonly lane: Pick<Lane, 'asksForMore'>,
    readonly branches: Pick<LaneBranches, 'isThin' | 'paceMs' | 'takeOn'>,
    readonly handingBack: Pick<HandingBack, 'isTelling'>,
    /** @param number of the question, from 0 */
    readonly ask: (number: number, paceMs: number | undefined) => Promise<LaneMore | null>,
    readonly open: (more: LaneMore) => Promise<MoreToDo>,
  ) {
    this.#isOver = lane.asksForMore === undefined;
  }

  look(): void {
    if (this.#isOver || this.#isAsking || this.handingBack.isTelling || !this.branches.isThin) return;
    const ageMs = performance.now() - this.#begunAt;
    if (ageMs > oldMs || (this.lane.asksForMore === 'later' && ageMs < laterMs)) return;
    this.#isAsking = true;
    void this.branches.takeOn(this.#asked()).then(() => {
      this.#isAsking = false;
      this.look();
    });
  }

  async #asked(): Promise<MoreToDo | undefined> {
    const over = new AbortController();
    try {
      const more = await Promise.race([
        this.ask(this.#number, this.branches.paceMs),
        sleep(answerMs, undefined, { ref: false, signal: over.signal }),
      ]);
      if (more === undefined) throw new Error('The workflow says nothing.');
      this.#number += 1;
      this.#failures = 0;
      if (more !== null) return await this.open(more);
      this.#isOver = true;
    } catch {
      this.#failures += 1;
      this.#isOver = this.#failures >= mostFailures;
    } finally {
      over.abort();
    }
    return undefined;
  }
}
