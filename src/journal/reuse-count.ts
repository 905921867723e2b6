import type { JournalStore, Reuse } from './journal-store.js';

/** How long a count may wait to be written, in milliseconds; a killed process loses that much of the statistics. */
const writeAfterMs = 1_000;

/** Counts the answers that were used again, and writes the counts together. */
export class ReuseCount {
  readonly #store: Pick<JournalStore, 'recordReuses'>;
  #reuses = new Map<string, Reuse>();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Pick<JournalStore, 'recordReuses'>) {
    this.#store = store;
  }

  add(key: string, savedUsd: number): void {
    const { times, savedUsd: sum } = this.#reuses.get(key) ?? { times: 0, savedUsd: 0 };
    this.#reuses.set(key, { key, times: times + 1, savedUsd: sum + savedUsd });
    this.#timer ??= setTimeout(() => void this.flush(), writeAfterMs).unref();
  }

  /** Never rejects: what cannot be counted is not worth a failure. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const reuses = [...this.#reuses.values()];
    this.#reuses = new Map();
    if (reuses.length > 0) await this.#store.recordReuses(reuses).catch(() => {});
  }
}
