import type { JournalLimits, JournalStats, Pruned } from './journal.js';

/** Bytes under a key, as far as the store understands them. */
export interface StoredRecord {
  key: string;
  bytes: Uint8Array;
  answeredAtMs: number;
}

/** Who asks what. */
export interface Lease {
  key: string;
  /** Unique to one asking. */
  holder: string;
}

/** Somebody else's lease. */
export interface ForeignLease {
  /** The holder that began the asking. Who takes over from the dead goes on with it; who begins anew has another. */
  origin: string;
  /** Changes whenever the lease is renewed. */
  sign: string;
}

export interface ClaimOptions {
  /** An older answer than this is none; milliseconds since 1970. */
  notBeforeMs: number;
  /** A sign of which the caller knows that its holder is dead, whatever the clock says. */
  deadSign?: string | undefined;
}

export interface Claim {
  /** What was found. */
  record?: Uint8Array | undefined;
  /** Without a record: the lease in the way. Without either, the caller has the lease. */
  foreign?: ForeignLease | undefined;
}

/** Answers of the journal that were used again. */
export interface Reuse {
  key: string;
  times: number;
  savedUsd: number;
}

/**
 * Where records and leases are. Records are opaque here: whether one is whole is for whoever reads it to find out.
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
   * Looks for the record, and takes or renews the lease where there is none: as if in one step, so that of a record that was
   * there when its lease was given back nobody can miss both.
   *
   * @param leaseMs how long it lasts unless renewed, by the store's own clock
   */
  claim(lease: Lease, leaseMs: number, options: ClaimOptions): Promise<Claim>;
  /** Renews those that are still their holder's. */
  renewLeases(leases: readonly Lease[], leaseMs: number): Promise<void>;
  releaseLease(lease: Lease): Promise<void>;
  /** Lets the leases whose holder begins so run out now. A store that many machines share cannot know who is dead, and has none. */
  expireLeases?(holderPrefix: string): Promise<void>;
  recordReuses(reuses: readonly Reuse[]): Promise<void>;
  stats(): Promise<JournalStats>;
  prune(limits: JournalLimits, nowMs: number): Promise<Pruned>;
  clear(): Promise<void>;
  close(): Promise<void>;
}
