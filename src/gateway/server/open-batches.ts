import type { Account } from './account-of.js';

/** A batch that this gateway has seen submitted. */
export interface OpenBatch {
  account: Account;
  /** Gives back what was set aside for it. */
  release(): void;
}

/** Most batches whose makers are remembered; the oldest go. */
const mostOpen = 10_000;

/** The batches that were submitted here, and whose results have not come through here yet. */
export class OpenBatches {
  readonly #open = new Map<string, OpenBatch>();

  remember(id: string, batch: OpenBatch): void {
    const [oldest] = this.#open.keys();
    if (this.#open.size >= mostOpen && oldest !== undefined) this.take(oldest)?.release();
    this.#open.set(id, batch);
  }

  /** The batch, which is open no longer. */
  take(id: string): OpenBatch | undefined {
    const batch = this.#open.get(id);
    this.#open.delete(id);
    return batch;
  }
}
