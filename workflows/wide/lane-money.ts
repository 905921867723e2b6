import type { Budget } from '../../src/plan/budget.js';
import { BatchBudgets } from './batch-budget.js';

export type { Holder } from './batch-budget.js';

/** The money of a wide run's lanes: each is granted a share of what is left. */
export class LaneMoney {
  /** Whether there is no more for any question. */
  isOut = false;
  /** Whether a grant has not covered one question. The other lanes end, and the last lane has all that is left. */
  isShort = false;

  readonly batches: BatchBudgets;

  constructor(readonly budget: Budget) {
    this.batches = new BatchBudgets(budget);
  }

  /**
   * Sets a lane's share aside.
   *
   * @param begun lanes that begin now, this one included
   */
  grant(begun: number): number {
    if (this.budget.limitUsd === Infinity) return Infinity;
    const usd = Math.max(0, this.budget.leftUsd / (this.isShort ? 1 : Math.max(1, begun)));
    void this.budget.reserve(usd, new Promise<never>(() => {}));
    return usd;
  }

  /** Takes in that a grant has not covered one question: with no other lane under way there is no more. */
  fellShort(underWay: number): void {
    if (underWay === 1) this.isOut = true;
    else this.isShort = true;
  }
}
