import { Budget } from '../../src/plan/budget.js';
import { BatchBudgets } from './batch-budget.js';
import type { Holder } from './batch-budget.js';
import type { Carried } from './carried.js';

/**
 * The money of a run in lanes.
 *
 * LaneMoney-1. Lanes share what is left evenly; what a lane does not spend comes back.
 * LaneMoney-2. Once a lane's share did not cover one question, the lanes end one by one, and the last has all that is left. If that does
 *     not do, there is no more.
 * LaneMoney-3. What was spent stays spent when the run continues as new, answers included that are in no report.
 */
export class LaneMoney {
  readonly #budget: Budget;
  readonly batches: BatchBudgets;
  #isOut = false;
  #isShort: boolean;
  #unfitUsd: number;

  /**
   * @param limitUsd `Infinity` where there is no budget
   * @param reportedUsd spent, as reports have it
   * @param carried of the execution before
   */
  constructor(limitUsd: number, reportedUsd: number, { unfitUsd = 0, isShort }: Pick<Carried, 'unfitUsd' | 'isShort'>) {
    this.#isShort = isShort === true;
    this.#unfitUsd = unfitUsd;
    this.#budget = new Budget(limitUsd);
    this.#budget.settle(0, reportedUsd + unfitUsd);
    this.batches = new BatchBudgets(this.#budget);
  }

  get isLimited(): boolean {
    return this.#budget.limitUsd !== Infinity;
  }

  /** Whether there is none for a question more. */
  get isOut(): boolean {
    return this.#isOut;
  }

  /** Whether lanes under way hold what others would need. */
  get isShort(): boolean {
    return this.#isShort;
  }

  /** What the next execution is to know. */
  get carried(): Pick<Carried, 'unfitUsd' | 'isShort'> {
    return { ...(this.#unfitUsd > 0 && { unfitUsd: this.#unfitUsd }), ...(this.#isShort && { isShort: true }) };
  }

  get unfitUsd(): number {
    return this.#unfitUsd;
  }

  /** A lane's share of the money that is left, set aside for it. */
  grant(idleLanes: number): number {
    if (!this.isLimited) return Infinity;
    const grantUsd = Math.max(0, this.#budget.leftUsd / (this.#isShort ? 1 : Math.max(1, idleLanes)));
    void this.#budget.reserve(grantUsd, new Promise<never>(() => {}));
    return grantUsd;
  }

  /** @param unfitUsd spent by a lane for answers that are in no report */
  spentUnfit(unfitUsd: number): void {
    this.#unfitUsd += unfitUsd;
  }

  /** A lane under way hands back what it will not need. */
  giveBack(lane: Holder, usd: number): void {
    const backUsd = Math.min(usd, lane.heldUsd);
    if (!this.isLimited || backUsd <= 0) return;
    lane.heldUsd -= backUsd;
    lane.hadAll = false;
    this.#budget.settle(backUsd, 0);
  }

  /** A lane has ended: what was set aside for it comes back, less what it has spent. */
  settle({ heldUsd }: Holder, spentUsd: number): void {
    if (this.isLimited) this.#budget.settle(heldUsd, spentUsd);
  }

  /** Takes in that a lane's share did not cover one question. */
  fellShort(isLast: boolean): void {
    if (isLast) this.#isOut = true;
    else this.#isShort = true;
  }
}
