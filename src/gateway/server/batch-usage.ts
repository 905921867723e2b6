import type { Usage } from '../../contract/run.js';
import { addUsage } from '../../contract/usage.js';
import type { Spend, SpendKey } from '../../journal/index.js';
import { usageOf } from '../../model/call/message.js';
import { costOf } from '../../model/index.js';

/** Longest line of results that is looked at, in UTF-16 code units: an answer has some megabytes at most. */
const longestLine = 64 * 1_024 * 1_024;

interface Sum {
  calls: number;
  usage: Usage;
  costUsd: number;
  unpriced: number;
}

/** Adds up what the results of a batch cost, by model, as their lines pass by. */
export class BatchUsage {
  readonly #decoder = new TextDecoder();
  readonly #sums = new Map<string, Sum>();
  #rest = '';

  take(chunk: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > longestLine) this.#rest = '';
    for (const line of lines) this.#see(line);
  }

  /** Rows of the ledger, of all that has come. */
  rows(key: Omit<SpendKey, 'model'>): Spend[] {
    this.#see(this.#rest);
    this.#rest = '';
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

  #see(line: string): void {
    try {
      const { result } = JSON.parse(line) as { result?: { type?: string; message?: { model?: unknown } } };
      const usage = result?.type === 'succeeded' ? usageOf(result.message) : undefined;
      const model = result?.message?.model;
      if (usage !== undefined && typeof model === 'string') this.#add(model, usage);
    } catch {
      // Whatever it is, it tells of no usage.
    }
  }

  #add(model: string, usage: Usage): void {
    const before = this.#sums.get(model);
    const costUsd = costOf(usage, model, { batch: true });
    this.#sums.set(model, {
      calls: (before?.calls ?? 0) + 1,
      usage: before === undefined ? usage : addUsage(before.usage, usage),
      costUsd: (before?.costUsd ?? 0) + (costUsd ?? 0),
      unpriced: (before?.unpriced ?? 0) + (costUsd === null ? 1 : 0),
    });
  }
}
