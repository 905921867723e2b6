import type { Entry } from './entry.js';
import type { Hold } from './hold.js';
import type { Spend } from './spend.js';

/** The result of asking. */
export interface Asked<T> {
  /** The result for the caller. */
  value: T;
  /** The entry for the journal; none where the answer is not proper. */
  entry?: Entry;
}

/** The journal's answer, or the result of asking. */
export type Once<T> = { reused: true; entry: Entry } | { reused: false; value: T };

/** How long an answer of the journal, or of somebody who is asking, is waited for. */
export interface OnceOptions {
  /** Ends the wait for others. `ask` gets it too, and must end by it. */
  signal?: AbortSignal;
  /** Aborted where the asker is no longer wanted: one of those who wait for its answer asks in its place. */
  unwanted?: AbortSignal;
  /** Called once where somebody else is asking: what is waited for is on another's bill. */
  joins?: () => void;
  /** Oldest answer that will do, in milliseconds since the epoch (`--fresh`: the beginning of the run). */
  notBeforeMs?: number;
}

/** Limits of entries that stay. A limit that is not given does not apply. */
export interface JournalLimits {
  /** Milliseconds since the answer came, used or not. */
  maxAgeMs?: number;
  /** Bytes of all records together, as stored. The least recently used go first. */
  maxBytes?: number;
}

/** What was removed from the journal. */
export interface Pruned {
  entries: number;
  bytes: number;
}

/** How much the journal holds. */
export interface JournalStats {
  entries: number;
  /** Bytes of all records together, as stored. */
  bytes: number;
  /** When the oldest and the newest answer came, in milliseconds since the epoch; `null` in an empty journal. */
  oldestAtMs: number | null;
  newestAtMs: number | null;
  /** Number of questions that were answered from the journal since it was made or cleared. */
  reuses: number;
  /** US dollars that this saved, as far as prices were known. */
  savedUsd: number;
  /** The journal's place, without secrets. */
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
 * Journal-3. A dead process keeps nobody waiting.
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
   * Returns the journal's entry; or waits for a process that is asking the same; or asks, and keeps the answer.
   *
   * The wait ends with the other's entry. If the other dies or is no longer wanted, one of those who wait takes over; if it fails or has no proper
   * answer, each of them asks by itself. An answer that cannot be kept is a warning: it has been paid for.
   *
   * @throws what `ask` throws, or the signal's reason; before asking, whatever `get` and `put` throw
   */
  once<T>(
    key: string,
    options: OnceOptions,
    ask: (signal: AbortSignal | undefined) => Promise<Asked<T>>,
  ): Promise<Once<T>>;
  /** Takes in that a process is dead. Nobody waits any longer for its askings, where the journal is this machine's own. */
  abandon(identity: string): Promise<void>;
  stats(): Promise<JournalStats>;
  /**
   * Adds what calls have cost to the ledger; durable when it resolves.
   *
   * @param mark names what was paid for, where it may be told several times: it counts once for each model
   * @returns those rows that count; rows of a mark that has been told before do not
   */
  recordSpend(rows: readonly Spend[], mark?: string): Promise<readonly Spend[]>;
  /**
   * Sets money of a day's budget aside, which all processes on the journal share: what the ledger has and what is set aside are together at
   * most the budget. It may be refused where two ask at once for the last of it.
   *
   * @returns US dollars that the process has set aside now: `leastUsd` at least, or `heldUsd` where that does not fit
   */
  holdSpend(hold: Hold): Promise<number>;
  /**
   * The ledger, the latest days first.
   *
   * @param sinceDay the first day that counts, `YYYY-MM-DD` in UTC
   */
  spend(sinceDay: string): Promise<Spend[]>;
  /** Removes what exceeds the limits. */
  prune(limits: JournalLimits): Promise<Pruned>;
  /** Removes every answer, damaged files that were set aside included. The ledger stays. */
  clear(): Promise<void>;
  close(): Promise<void>;
}
