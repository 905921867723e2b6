/** Syncs a file once for all who have written to it. Each of them waits for a sync that began after its write. */
export class SharedSync {
  readonly #sync: () => Promise<void>;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(sync: () => Promise<void>) {
    this.#sync = sync;
  }

  /** @throws what the sync throws */
  afterWrite(): Promise<void> {
    this.#next ??= this.#follow();
    return this.#next;
  }

  /** Resolves when no sync is under way. */
  async settled(): Promise<void> {
    await (this.#next ?? this.#running).catch(() => {});
  }

  async #follow(): Promise<void> {
    await this.#running.catch(() => {});
    this.#running = this.#next ?? this.#running;
    this.#next = undefined;
    await this.#sync();
  }
}
