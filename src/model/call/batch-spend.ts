import { createHash } from 'node:crypto';

import type { Usage } from '../../contract/run.js';
import { addUsage } from '../../contract/usage.js';
import type { Spend, SpendKey } from '../../journal/index.js';
import { costOf } from '../prices.js';

interface Sum {
  calls: number;
  usage: Usage;
  costUsd: number;
  unpriced: number;
}

/** What the results of one batch cost, by model. */
export class BatchSpend {
  readonly #sums = new Map<string, Sum>();

  add(model: string, usage: Usage): void {
    const before = this.#sums.get(model);
    const costUsd = costOf(usage, model, { batch: true });
    this.#sums.set(model, {
      calls: (before?.calls ?? 0) + 1,
      usage: before === undefined ? usage : addUsage(before.usage, usage),
      costUsd: (before?.costUsd ?? 0) + (costUsd ?? 0),
      unpriced: (before?.unpriced ?? 0) + (costUsd === null ? 1 : 0),
    });
  }

  /** Rows of the ledger, of all that was added. */
  rows(key: Omit<SpendKey, 'model'>): Spend[] {
    return [...this.#sums].map(([model, { calls, usage, costUsd, unpriced }]) => ({
      ...key,
      model,
      calls,
      ...usage,
      costUsd,
      unpriced,
      untold: 0,
    }));
  }
}

/**
 * Names a batch in the ledger, which has it once, however often its results are fetched.
 *
 * @param source of the answers: see the journal's `Question`
 */
export function spendMarkOf(source: string, id: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([source, id]))
    .digest('hex');
  return `batch ${digest}`;
}
