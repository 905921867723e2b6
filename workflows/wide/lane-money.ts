import { patched } from '@temporalio/workflow';

import type { Tally } from '../../src/contract/lanes.js';
import { Budget } from '../../src/plan/budget.js';
import { BatchBudgets } from './batch-budget.js';
import type { Holder } from './batch-budget.js';
import type { Carried } from './carried.js';

/** Largest error of sums of dollars. */
const rounding = 1e-9;

/**
 * The money of a run in lanes.
 *
 * LaneMoney-1. Lanes share what is left evenly; what a lane does not spend comes back.
 * LaneMoney-2. Once a lane's share did not cover one question, none begins beside others with less than twice as much. Those that hold
 *     less end, and the last has all that is left. If that does not do, there is no more.
 * LaneMoney-3. What was spent stays spent when the run continues as new, answers included that are in no report.
 */
export class LaneMoney {
  readonly #budget: Budget;
  readonly batches: BatchBudgets;
  #isOut = false;
  #isShort: boolean;
  /** Dollars below which a lane is not begun beside others. */
  #leastUsd: number;
  #unfitUsd: number;

  /**
   * @param limitUsd `Infinity` where there is no budget
   * @param reportedUsd spent, as reports have it
   * @param carried of the execution before
   */
  constructor(
    limitUsd: number,
    reportedUsd: number,
    { unfitUsd = 0, isShort, leastUsd = 0 }: Pick<Carried, 'unfitUsd' | 'isShort' | 'leastUsd'>,
    /** Whether it is short only while there is too little; for ever in runs that were begun by older versions, and with batches. */
    readonly recovers = false,
  ) {
    this.#leastUsd = leastUsd;
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
    return this.recovers ? this.#isTooLittle(this.#budget.leftUsd) : this.#isShort;
  }

  /** Whether a lane that is alone has all that is left. */
  get isAllHeld(): boolean {
    return this.recovers ? this.#budget.leftUsd <= rounding : this.#isShort;
  }

  /** Whether a lane under way does best to go on with what it holds: where more is free, it ends and the next begins with both. */
  isEnough({ heldUsd, spentUsd }: Holder & { spentUsd: number }): boolean {
    if (!this.recovers) return !this.#isShort;
    return !this.#isTooLittle(heldUsd - spentUsd) && this.#budget.leftUsd <= heldUsd - spentUsd;
  }

  /** What the next execution is to know. */
  get carried(): Pick<Carried, 'unfitUsd' | 'isShort' | 'leastUsd'> {
    return {
      ...(this.#unfitUsd > 0 && { unfitUsd: this.#unfitUsd }),
      ...(this.#isShort && { isShort: true }),
      ...(this.#leastUsd > 0 && { leastUsd: this.#leastUsd }),
    };
  }

  get unfitUsd(): number {
    return this.#unfitUsd;
  }

  /** A lane's share of the money that is left, set aside for it. */
  grant(idleLanes: number): number {
    if (!this.isLimited) return Infinity;
    const grantUsd = Math.max(0, this.#budget.leftUsd / Math.max(1, Math.min(idleLanes, this.#mostLanes)));
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

  /**
   * Takes in that a lane's share did not cover one question.
   *
   * @param hadUsd what it had for it
   */
  fellShort(isLast: boolean, hadUsd = 0): void {
    if (isLast) this.#isOut = true;
    else if (this.recovers) this.#leastUsd = Math.max(this.#leastUsd, 2 * hadUsd);
    else this.#isShort = true;
  }

  /** Takes in that a lane which began with so much has got answers. */
  sufficed(grantUsd: number): void {
    this.#leastUsd = Math.min(this.#leastUsd, grantUsd);
  }

  /** Lanes that what is left does for. */
  get #mostLanes(): number {
    if (!this.recovers) return this.#isShort ? 1 : Infinity;
    return this.#leastUsd > 0 ? Math.floor(this.#budget.leftUsd / this.#leastUsd) : Infinity;
  }

  #isTooLittle(usd: number): boolean {
    return usd <= rounding || usd < this.#leastUsd;
  }
}

/** Whether a lane whose share did not do had all that was left, and not what was left to it beside others that have ended meanwhile. */
export function hadAll({ hadAll: had = false }: { hadAll?: boolean }, lanesUnderWay: number): boolean {
  return had || lanesUnderWay > 1 ? had : !patched('last-lane-has-all');
}

export function spentIn({ costUsd, lostUsd }: Pick<Tally, 'costUsd' | 'lostUsd'>): number {
  return (costUsd ?? 0) + lostUsd;
}
