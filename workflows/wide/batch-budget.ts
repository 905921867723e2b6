import type { SubmittedBatch } from '../../src/contract/activities.js';
import type { Budget } from '../../src/plan/budget.js';
import { Window } from '../engine/window.js';

/** The money of one order of Message Batches. */
export interface BatchBudget {
  /**
   * Submits what there is money for.
   *
   * @param submit is given what the questions may cost together, in US dollars
   */
  submitted<Order extends { batches: readonly SubmittedBatch[] }>(
    submit: (usd: number) => Promise<Order>,
  ): Promise<Order>;
}

/** Who holds money. */
export interface Holder {
  /** US dollars that are set aside for it. */
  heldUsd: number;
  /** Whether nobody else held any when its questions were submitted, or its lane began: what did not fit then never will. */
  hadAll?: boolean;
}

/**
 * The money of a run's batches.
 *
 * BatchBudget-1. Orders are submitted one after the other, each with all that is left; what its questions cannot cost goes back as
 *     soon as they are submitted. A batch may be out for hours, and holds no more than it may cost.
 */
export class BatchBudgets {
  readonly #submitting = new Window(1);

  constructor(readonly budget: Budget) {}

  /** @param others all who hold money */
  order(holder: Holder, others: () => Iterable<Holder>): BatchBudget {
    return {
      submitted: (submit) =>
        this.#submitting.run(async () => {
          holder.hadAll = [...others()].every(({ heldUsd }) => heldUsd === 0);
          const allUsd = Math.max(0, this.budget.leftUsd);
          this.#setAside(holder, allUsd);
          const order = await submit(allUsd);
          this.budget.settle(allUsd, 0);
          this.#setAside(
            holder,
            order.batches.reduce((sum, { boundUsd = 0 }) => sum + boundUsd, 0),
          );
          return order;
        }),
    };
  }

  #setAside(holder: Holder, usd: number): void {
    holder.heldUsd = usd;
    void this.budget.reserve(usd, new Promise<never>(() => {}));
  }
}
