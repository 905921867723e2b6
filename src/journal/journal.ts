import type { Entry } from './entry.js';

/** What asking has come to. */
export interface Asked<T> {
  /** For whoever asked. */
  value: T;
  /** For the journal; none where the answer is not a proper one. */
  entry?: Entry;
}

/** The journal's answer, or what asking has come to. */
export type Once<T> = { reused: true; entry: Entry } | { reused: false; value: T };

export interface OnceOptions {
  /** Ends the wait for others; it is handed to `ask`, which is to end by it. */
  signal?: AbortSignal;
  /** Milliseconds since the epoch: answers from before are not good enough (`--fresh`: since its run began). */
  notBeforeMs?: number;
}

/** Which entries may stay. What is not given limits nothing. */
export interface JournalLimits {
  /** Milliseconds since the answer came, used or not. */
  maxAgeMs?: number;
  /** Bytes of all records together, as stored. The least recently used go first. */
  maxBytes?: number;
}

export interface Pruned {
  entries: number;
  bytes: number;
}

export interface JournalStats {
  entries: number;
  /** Bytes of all records together, as stored. */
  bytes: number;
  /** When the oldest and the newest answer came, in milliseconds since the epoch; `null` in an empty journal. */
  oldestAtMs: number | null;
  newestAtMs: number | null;
  /** How many questions were answered from the journal since it was made or cleared. */
  reuses: number;
  /** US dollars that this saved, as far as prices were known. */
  savedUsd: number;
  /** Where it is, without secrets. */
  place: string;
  /** Damaged database files that were set aside. */
  setAside: string[];
}

/**
 * The durable store of paid-for answers, keyed by what was asked (`questionKey`).
 *
 * Journal-1. An entry that `put` has acknowledged is found by every later `get` in any process, also after kill -9 of the writer,
 *     and after a crash of the machine as far as its disk keeps what it has synced.
 * Journal-2. A torn, moved or corrupt record is a miss and a warning, never a wrong answer.
 * Journal-3. Nobody waits for the dead.
 *
 * Every method throws `UnavailableError` while the store cannot be used, and `FanfoldError` `JournalClosed` after `close`.
 */
export interface Journal {
  get(key: string): Promise<Entry | undefined>;
  /**
   * Keeps an entry, in place of an older one; durable when it resolves.
   *
   * @throws FanfoldError `JournalFull` when there is no space for it; earlier entries stay
   */
  put(key: string, entry: Entry): Promise<void>;
  /**
   * The journal's entry; or waits for whoever is asking the same, in any process; or asks, and keeps the answer.
   *
   * The wait ends with the other's entry. If the other dies, one of those who wait takes over; if it fails or has no proper
   * answer, each of them asks by itself. An answer that cannot be kept is a warning: it has been paid for.
   *
   * @throws what `ask` throws, or the signal's reason; before asking, whatever `get` and `put` throw
   */
  once<T>(
    key: string,
    options: OnceOptions,
    ask: (signal: AbortSignal | undefined) => Promise<Asked<T>>,
  ): Promise<Once<T>>;
  /** A process is known to be dead: nobody waits any longer for what it was asking, where the journal is this machine's own. */
  abandon(identity: string): Promise<void>;
  stats(): Promise<JournalStats>;
  /** Removes what exceeds the limits. */
  prune(limits: JournalLimits): Promise<Pruned>;
  /** Removes everything, damaged files that were set aside included. */
  clear(): Promise<void>;
  close(): Promise<void>;
}
