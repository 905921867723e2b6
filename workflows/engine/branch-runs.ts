import { CancellationScope } from '@temporalio/workflow';

import { Budget } from '../../src/plan/budget.js';
import { afterEarlier, tooLate } from '../../src/contract/outcome.js';
import type { Place, StoredBranch } from '../../src/contract/branch.js';
import type { Policy } from '../../src/contract/options.js';
import { outcomeOf, withinBudget } from './branch.js';
import type { Branch } from './branch.js';
import type { Follow } from './progress.js';
import { Window } from './window.js';

/**
 * The branches of a fan-out under way.
 *
 * BranchRuns-1. Each branch has a scope of its own: cutting one leaves its siblings alone.
 * BranchRuns-2. A branch that has ended and is not ok can be begun anew while others go on. What it had spent stays on its bill.
 */
export class BranchRuns {
  /** Outcomes of branches that have ended, by place. */
  readonly outcomes = new Map<number, StoredBranch>();
  /** How many of them are ok: these are never begun anew. */
  ok = 0;
  /** Places of branches that somebody has cut. */
  readonly cut = new Set<number>();
  /** Since the deadline has cut all that go on: why a branch that ends so is late. */
  late: string | undefined;
  readonly #underWay = new Map<number, { scope: CancellationScope; end: Promise<void> }>();
  readonly #window: Window;
  readonly #budget: Budget;

  constructor(
    readonly branches: readonly Branch[],
    readonly policy: Policy,
    readonly follow: Follow,
    readonly first: { queuedAtMs: number; index: number },
    /** The scope of all branches; each branch's own scope is inside it. */
    readonly scope: CancellationScope,
    /** Called with each outcome. */
    readonly ended: (outcome: StoredBranch) => void,
  ) {
    // A Message Batch holds no slot, and is asked about in one piece: all branches begin at once.
    this.#window = new Window(policy.economy ? branches.length : policy.concurrency);
    this.#budget = new Budget(policy.budget?.usd ?? Infinity);
  }

  start(): void {
    for (const [at, branch] of this.branches.entries()) {
      this.#begin(branch, at);
      this.follow.steered?.(this.#placeOf(branch, at), {
        cancel: () => {
          this.cut.add(at);
          this.#underWay.get(at)?.scope.cancel();
        },
        retry: () => this.#retry(branch, at),
      });
    }
  }

  /** All outcomes, in input order, when every branch has ended. */
  async all(): Promise<StoredBranch[]> {
    // A branch that is begun anew meanwhile is waited for, too.
    while (this.#underWay.size > 0) await Promise.all([...this.#underWay.values()].map(({ end }) => end));
    return this.branches.map((_, at) => this.outcomes.get(at) as StoredBranch);
  }

  #retry(branch: Branch, at: number): boolean {
    const before = this.outcomes.get(at);
    const goesOn = this.#underWay.size > 0 && !this.scope.consideredCancelled;
    if (before === undefined || before.status === 'ok' || !goesOn) return false;
    this.outcomes.delete(at);
    this.cut.delete(at);
    // What was taken over is not taken over again.
    const { known: _, ...anew } = branch;
    this.#begin(anew, at, before);
    return true;
  }

  #begin(branch: Branch, at: number, before?: StoredBranch): void {
    const place = this.#placeOf(branch, at);
    const work = () =>
      this.#window.run(() => withinBudget(branch, place, this.#budget, () => this.follow.started(place)));
    const scope = new CancellationScope({ cancellable: true, parent: this.scope });
    const end = scope
      .run(() => outcomeOf(place, work))
      .then((outcome) => {
        const isLate = this.late !== undefined && outcome.status === 'cancelled' && !this.cut.has(at);
        const judged = isLate ? tooLate(outcome, this.late as string) : outcome;
        const whole = before === undefined ? judged : afterEarlier(before, judged);
        this.#underWay.delete(at);
        this.outcomes.set(at, whole);
        if (whole.status === 'ok') this.ok += 1;
        this.follow.ended(whole);
        this.ended(whole);
      });
    this.#underWay.set(at, { scope, end });
  }

  #placeOf({ key }: Branch, at: number): Place {
    return { key, index: this.first.index + at, queuedAtMs: this.first.queuedAtMs };
  }
}
