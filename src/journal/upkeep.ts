import type { JournalStore } from './journal-store.js';
import type { JournalLimits } from './journal.js';

/** Default limits: 90 days, and 2 GiB of records as stored, which is some 6 GiB of text. */
export const defaultLimits: Required<JournalLimits> = { maxAgeMs: 90 * 86_400_000, maxBytes: 2 * 1_024 ** 3 };

const everyMs = 3_600_000;

/** Applies the limits when a journal is opened, and every hour as long as it is open. */
export class Upkeep {
  readonly #store: Pick<JournalStore, 'prune'>;
  readonly #limits: JournalLimits;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void>;

  constructor(store: Pick<JournalStore, 'prune'>, limits: JournalLimits) {
    this.#store = store;
    this.#limits = limits;
    this.#running = this.#prune();
    this.#timer = setInterval(() => {
      this.#running = this.#prune();
    }, everyMs).unref();
  }

  stop(): Promise<void> {
    clearInterval(this.#timer);
    return this.#running;
  }

  // A failure does not matter: the next time, or another process, makes up for it.
  async #prune(): Promise<void> {
    await this.#store.prune(this.#limits, Date.now()).catch(() => {});
  }
}
