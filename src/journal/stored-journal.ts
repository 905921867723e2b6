import { FanfoldError, InputError } from '../contract/errors.js';
import type { Entry } from './entry.js';
import type { JournalStore } from './journal-store.js';
import type { Asked, Journal, JournalLimits, JournalStats, Once, OnceOptions, Pruned } from './journal.js';
import { LeaseKeeper } from './lease-keeper.js';
import type { Keyring } from '../encryption/index.js';
import { decodeRecord, encodeRecord } from './record/record.js';
import { Unreadable } from '../encryption/index.js';
import { ReuseCount } from './reuse-count.js';
import { holderPrefix, SingleFlight } from './single-flight.js';
import { Upkeep } from './upkeep.js';

export interface StoredJournalSettings {
  keyring: Keyring | undefined;
  limits: JournalLimits;
  /** How long the lease of one who died keeps others waiting, in milliseconds. */
  leaseMs: number;
  identity?: string | undefined;
  onWarning: (message: string) => void;
}

/** A journal on any store. */
export class StoredJournal implements Journal {
  readonly #store: JournalStore;
  readonly #settings: StoredJournalSettings;
  readonly #keeper: LeaseKeeper;
  readonly #flight: SingleFlight;
  readonly #reuses: ReuseCount;
  readonly #upkeep: Upkeep;
  #closing: Promise<void> | undefined;

  constructor(store: JournalStore, settings: StoredJournalSettings) {
    const { leaseMs, limits, identity = '' } = settings;
    this.#store = store;
    this.#settings = settings;
    this.#keeper = new LeaseKeeper(store, leaseMs);
    this.#flight = new SingleFlight({
      store,
      keeper: this.#keeper,
      leaseMs,
      identity,
      get: (key) => this.get(key),
      keep: (key, entry) => this.#keep(key, entry),
    });
    this.#reuses = new ReuseCount(store);
    this.#upkeep = new Upkeep(store, limits);
  }

  async get(key: string): Promise<Entry | undefined> {
    this.#assertUsable(key);
    const record = await this.#store.read(key);
    if (record === undefined) return undefined;
    try {
      return await decodeRecord(key, record, this.#settings.keyring);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.#settings.onWarning(
        `The journal's record ${key.slice(0, 12)}… ${error.message}; the question is asked again.`,
      );
      return undefined;
    }
  }

  async put(key: string, entry: Entry): Promise<void> {
    this.#assertUsable(key);
    const bytes = await encodeRecord(key, entry, this.#settings.keyring);
    await this.#store.write({ key, bytes, answeredAtMs: entry.answeredAtMs });
  }

  async once<T>(
    key: string,
    options: OnceOptions,
    ask: (signal: AbortSignal | undefined) => Promise<Asked<T>>,
  ): Promise<Once<T>> {
    this.#assertUsable(key);
    const once = await this.#flight.once(key, options, ask);
    if (once.reused) this.#reuses.add(key, once.entry.costUsd ?? 0);
    return once;
  }

  async abandon(identity: string): Promise<void> {
    this.#assertOpen();
    await this.#store.expireLeases?.(holderPrefix(identity));
  }

  async stats(): Promise<JournalStats> {
    this.#assertOpen();
    await this.#reuses.flush();
    return this.#store.stats();
  }

  async prune(limits: JournalLimits): Promise<Pruned> {
    this.#assertOpen();
    return this.#store.prune(limits, Date.now());
  }

  async clear(): Promise<void> {
    this.#assertOpen();
    await this.#reuses.flush();
    await this.#store.clear();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#keeper.stop();
    await this.#upkeep.stop();
    await this.#reuses.flush();
    await this.#store.close();
  }

  // The answer has been paid for: what keeps it out of the journal must not keep it from whoever asked.
  async #keep(key: string, entry: Entry): Promise<void> {
    try {
      await this.put(key, entry);
    } catch (error) {
      const { message } = error as Error;
      this.#settings.onWarning(`An answer could not be kept in the journal, and will be paid for again: ${message}`);
    }
  }

  #assertUsable(key: string): void {
    this.#assertOpen();
    if (!/^[0-9a-f]{64}$/.test(key)) {
      throw new InputError(`Expected a journal key to be 64 hexadecimal digits, got ${JSON.stringify(key)}.`);
    }
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new FanfoldError('JournalClosed', 'The journal has been closed.');
  }
}
