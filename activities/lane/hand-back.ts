import type { HandBack } from '../../src/contract/lane-messages.js';
import type { Lane } from '../../src/contract/lanes.js';
import type { Budget } from '../../src/plan/budget.js';
import type { LaneBranches } from './lane-branches.js';
import type { LaneParts } from './lane-parts.js';

/** Milliseconds between two looks at whether a lane has too much. */
const lookEveryMs = 500;

/**
 * Tells the workflow what a lane gives up while it is under way, so that another lane carries it.
 *
 * HandBack-1. What is given up is told once, or returned as left: what could not be told is told again, by the same name.
 * HandBack-2. Money goes along in the share of the documents.
 */
export class HandingBack {
  readonly #timer: NodeJS.Timeout;
  #untold: HandBack | undefined;
  #telling: Promise<void> = Promise.resolve();

  /** @param tell has arrived when it comes back */
  constructor(
    readonly lane: Pick<Lane, 'handsBack'>,
    readonly branches: LaneBranches,
    readonly parts: Pick<LaneParts, 'told'>,
    readonly budget: Budget,
    readonly tell: (handBack: HandBack) => Promise<void>,
  ) {
    this.#timer = setInterval(() => this.look(), lookEveryMs);
    if (lane.handsBack !== true) this.stop();
  }

  look(): void {
    if (this.#untold !== undefined) return;
    const left = this.branches.left;
    const given = this.branches.handBack();
    if (given === undefined) return;
    const { paceMs } = this.branches;
    this.#untold = {
      ...this.parts.told(given.places),
      width: given.width,
      cap: Math.max(1, Math.min(given.cap, Number.MAX_SAFE_INTEGER)),
      ...(paceMs !== undefined && { paceMs }),
      ...this.#money(given.places.length / Math.max(1, left)),
    };
    this.#telling = this.#tellAgain();
  }

  /** Whether something is given up that the workflow may not know of. */
  get isTelling(): boolean {
    return this.#untold !== undefined;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Places in the lane's chunk that the workflow has not been told of, once what was sent has arrived. */
  async rest(): Promise<HandBack['left']> {
    this.stop();
    await this.#telling;
    return this.#untold?.left ?? [];
  }

  async #tellAgain(): Promise<void> {
    const handBack = this.#untold;
    if (handBack === undefined) return;
    try {
      await this.tell(handBack);
      this.#untold = undefined;
    } catch {
      // The next look finds it untold; `left` of the lane's result has it at the latest.
      const again = setTimeout(() => (this.#telling = this.#tellAgain()), lookEveryMs);
      again.unref();
    }
  }

  #money(share: number): Pick<HandBack, 'usd'> {
    const { budget } = this;
    if (budget.limitUsd === Infinity) return {};
    const usd = Math.max(0, budget.leftUsd) * share;
    budget.settle(0, usd);
    return { usd };
  }
}
