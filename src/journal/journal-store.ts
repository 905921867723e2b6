import type { JournalLimits, JournalStats, Pruned } from './journal.js';
import type { Hold } from './hold.js';
import type { Spend } from './spend.js';

/** Bytes under a key, as far as the store understands them. */
export interface StoredRecord {
  key: string;
  bytes: Uint8Array;
  answeredAtMs: number;
}

/** An asking: who asks, and what. */
export interface Lease {
  key: string;
  /** Unique to one asking. */
  holder: string;
}

/** Somebody else's lease. */
export interface ForeignLease {
  /** The holder that began the asking. Taking over from a dead holder keeps it; asking anew changes it. */
  origin: string;
  /** Changes whenever the lease is renewed. */
  sign: string;
}

export interface ClaimOptions {
  /** Oldest answer that counts, in milliseconds since 1970. */
  notBeforeMs: number;
  /** The sign of a lease whose holder the caller knows to be dead, whatever the clock says. */
  deadSign?: string | undefined;
}

export interface Claim {
  /** The record that was found. */
  record?: Uint8Array | undefined;
  /** The lease in the way. The caller has the lease where there is neither this nor a record. */
  foreign?: ForeignLease | undefined;
}

/** Answers of the journal that were used again. */
export interface Reuse {
  key: string;
  times: number;
  savedUsd: number;
}

/** Where a page ends. It has one record at least, however large. */
export interface PageLimits {
  records: number;
  bytes: number;
}

/**
 * The store of records and leases. Records are opaque here: their reader finds out whether one is whole.
 *
 * Every method can be repeated: after a lost connection a store does so by itself.
 */
export interface JournalStore {
  read(key: string): Promise<Uint8Array | undefined>;
  /**
   * Durable when it resolves.
   *
   * @param lease given back in the same step
   */
  write(record: StoredRecord, lease?: Lease): Promise<void>;
  /**
   * Looks for the record, and takes or renews the lease where there is none, as if in one step. A record that was there when its
   * lease was given back is never missed.
   *
   * @param leaseMs how long it lasts unless renewed, by the store's own clock
   */
  claim(lease: Lease, leaseMs: number, options: ClaimOptions): Promise<Claim>;
  /** Renews the leases that their holder still has. */
  renewLeases(leases: readonly Lease[], leaseMs: number): Promise<void>;
  releaseLease(lease: Lease): Promise<void>;
  /** Lets the lease run out now, and stay what it is: whoever takes it over goes on with the same asking. */
  handOnLease(lease: Lease): Promise<void>;
  /**
   * Lets leases whose holder begins so run out now. A store that many machines share cannot know who is dead, and does not have
   * this.
   */
  expireLeases?(holderPrefix: string): Promise<void>;
  /**
   * Keeps each record whose key has none yet, or an older one; durable when it resolves. They count as last used when they were answered.
   *
   * @param records no two of one key
   * @returns the keys of those that were kept
   */
  add(records: readonly StoredRecord[]): Promise<string[]>;
  /** The next records in the order of their keys, from behind `after` on; none at the end. */
  page(after: string | undefined, most: PageLimits): Promise<StoredRecord[]>;
  recordReuses(reuses: readonly Reuse[]): Promise<void>;
  /**
   * Adds to what the ledger has; unlike the rest of the store, what is repeated counts again.
   *
   * @param mark names what was paid for, where it may be told several times: it counts once
   * @returns those rows that count; rows of a mark that has been told before do not
   */
  recordSpend(rows: readonly Spend[], mark?: string): Promise<readonly Spend[]>;
  /** @returns US dollars that the process has set aside now: `leastUsd` at least, or `heldUsd` where that does not fit */
  holdSpend(hold: Hold): Promise<number>;
  spend(sinceDay: string): Promise<Spend[]>;
  stats(): Promise<JournalStats>;
  prune(limits: JournalLimits, nowMs: number): Promise<Pruned>;
  clear(): Promise<void>;
  close(): Promise<void>;
}
