import type { Spend, SpendKey } from '../../journal/index.js';
import { BatchSpend } from '../../model/call/batch-spend.js';
import { usageOf } from '../../model/call/message.js';

/** Longest line of results that is looked at, in UTF-16 code units: an answer has some megabytes at most. */
const longestLine = 64 * 1_024 * 1_024;

/** Adds up what the results of a batch cost, by model, as their lines pass by. */
export class BatchUsage {
  readonly #decoder = new TextDecoder();
  readonly #spend = new BatchSpend();
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
    return this.#spend.rows(key);
  }

  #see(line: string): void {
    try {
      const { result } = JSON.parse(line) as { result?: { type?: string; message?: { model?: unknown } } };
      const usage = result?.type === 'succeeded' ? usageOf(result.message) : undefined;
      const model = result?.message?.model;
      if (usage !== undefined && typeof model === 'string') this.#spend.add(model, usage);
    } catch {
      // Whatever it is, it tells of no usage.
    }
  }
}
