import { FanfoldError, InputError } from '../contract/errors.js';
import type { Entry } from './entry.js';
import type { ClaimOptions, JournalStore, Lease } from './journal-store.js';
import type { Asked, Journal, JournalLimits, JournalStats, Once, OnceOptions, Pruned } from './journal.js';
import { LeaseKeeper } from './lease-keeper.js';
import type { Keyring } from '../encryption/index.js';
import { decodeRecord, encodeRecord } from './record/record.js';
import { Unreadable } from '../encryption/index.js';
import { ReuseCount } from './reuse-count.js';
import { holderPrefix, SingleFlight } from './single-flight.js';
import type { EntryClaim } from './single-flight.js';
import type { Hold } from './hold.js';
import type { Spend } from './spend.js';
import { Upkeep } from './upkeep.js';

export interface StoredJournalSettings {
  keyring: Keyring | undefined;
  limits: JournalLimits;
  /** Milliseconds for which the lease of a dead process keeps others waiting. */
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
      claim: (lease, claiming) => this.#claim(lease, claiming),
      keeper: this.#keeper,
      leaseMs,
      identity,
      keep: (key, entry, lease) => this.#keep(key, entry, lease),
    });
    this.#reuses = new ReuseCount(store);
    this.#upkeep = new Upkeep(store, limits);
  }

  async get(key: string): Promise<Entry | undefined> {
    this.#assertUsable(key);
    const record = await this.#store.read(key);
    return record && this.#decode(key, record);
  }

  /** @param lease given back with it */
  async put(key: string, entry: Entry, lease?: Lease): Promise<void> {
    this.#assertUsable(key);
    const bytes = await encodeRecord(key, entry, this.#settings.keyring);
    await this.#store.write({ key, bytes, answeredAtMs: entry.answeredAtMs }, lease);
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

  async recordSpend(rows: readonly Spend[], mark?: string): Promise<readonly Spend[]> {
    this.#assertOpen();
    return this.#store.recordSpend(rows, mark);
  }

  async holdSpend(hold: Hold): Promise<number> {
    this.#assertOpen();
    return this.#store.holdSpend(hold);
  }

  async spend(sinceDay: string): Promise<Spend[]> {
    this.#assertOpen();
    return this.#store.spend(sinceDay);
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

  async #claim(lease: Lease, options: ClaimOptions): Promise<EntryClaim> {
    const { leaseMs } = this.#settings;
    const { record, foreign } = await this.#store.claim(lease, leaseMs, options);
    if (record === undefined) return { foreign };
    const entry = await this.#decode(lease.key, record);
    // An unreadable record counts as none, however young it is.
    return entry === undefined
      ? { foreign: (await this.#store.claim(lease, leaseMs, { ...options, notBeforeMs: Infinity })).foreign }
      : { entry };
  }

  async #decode(key: string, record: Uint8Array): Promise<Entry | undefined> {
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

  // The answer has been paid for: the asker gets it even where the journal cannot keep it.
  async #keep(key: string, entry: Entry, lease: Lease | undefined): Promise<boolean> {
    try {
      await this.put(key, entry, lease);
      return true;
    } catch (error) {
      const { message } = error as Error;
      this.#settings.onWarning(`An answer could not be kept in the journal, and will be paid for again: ${message}`);
      return false;
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
