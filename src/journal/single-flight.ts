import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';

import type { Entry } from './entry.js';
import type { ForeignLease, JournalStore, Lease } from './journal-store.js';
import type { Asked, Once, OnceOptions } from './journal.js';
import type { LeaseKeeper } from './lease-keeper.js';
import { pause } from './pause.js';

/** First and longest pause between two looks at what somebody else is asking, in milliseconds. */
const firstLookMs = 25;
const longestLookMs = 400;

/** What a single flight needs of its journal. */
export interface Flights {
  store: JournalStore;
  keeper: LeaseKeeper;
  leaseMs: number;
  /** Of the process that asks. */
  identity: string;
  get(key: string): Promise<Entry | undefined>;
  /** Keeps the entry; never rejects, because the answer has been paid for. */
  keep(key: string, entry: Entry): Promise<void>;
}

/** What the holders of a process's leases begin with. */
export function holderPrefix(identity: string): string {
  return `${identity}/`;
}

type Ask<T> = (signal: AbortSignal | undefined) => Promise<Asked<T>>;

/**
 * Sees to it that what several ask at once is asked once.
 *
 * S1. Whoever holds the key's lease asks, and renews it while asking; everybody else looks for the entry now and then.
 * S2. A lease that has run out may be taken over. So may one that has not changed for as long as a lease lasts by the clock of
 *     whoever waits, which knows no time of day: a store whose clock was set back keeps nobody waiting. (As in Amazon's DynamoDB
 *     Lock Client.)
 * S3. Who takes over from the dead goes on with their asking, so that the others wait on. When an asking has ended without an
 *     entry, those who waited for it ask at once, with or without a lease: nobody waits for a second disappointment.
 * S4. An entry is in the journal before its lease is given back: whoever finds the lease gone or another's looks once more.
 * S5. An asking belongs to whoever asks: its abort ends it, for those who wait for it like a failure.
 */
export class SingleFlight {
  readonly #flights: Flights;
  /** What this process is asking: others in it need not wait for the next look. */
  readonly #asking = new Map<string, Promise<unknown>>();

  constructor(flights: Flights) {
    this.#flights = flights;
  }

  async once<T>(
    key: string,
    { signal, notBeforeMs = Number.NEGATIVE_INFINITY }: OnceOptions,
    ask: Ask<T>,
  ): Promise<Once<T>> {
    const { store, leaseMs, identity } = this.#flights;
    const lease = { key, holder: `${holderPrefix(identity)}${randomUUID()}` };
    const waiting = new Waiting(leaseMs);
    const askUnlessFound = async (): Promise<Once<T>> => {
      // It may have come between the look for it and the look at the lease.
      const found = await this.#find(key, notBeforeMs);
      return found === undefined ? this.#ask(key, signal, ask) : { reused: true, entry: found };
    };
    for (;;) {
      signal?.throwIfAborted();
      const found = await this.#find(key, notBeforeMs);
      if (found !== undefined) return { reused: true, entry: found };
      const foreign = await store.takeLease(lease, leaseMs, waiting.deadSign());
      if (foreign === undefined) return this.#announced(key, this.#holding(lease, askUnlessFound));
      if (waiting.isDisappointed(foreign)) return askUnlessFound();
      waiting.saw(foreign);
      await pause(waiting.nextLookMs(), signal, this.#asking.get(key));
    }
  }

  async #find(key: string, notBeforeMs: number): Promise<Entry | undefined> {
    const entry = await this.#flights.get(key);
    return entry !== undefined && entry.answeredAtMs >= notBeforeMs ? entry : undefined;
  }

  async #ask<T>(key: string, signal: AbortSignal | undefined, ask: Ask<T>): Promise<Once<T>> {
    signal?.throwIfAborted();
    const { value, entry } = await ask(signal);
    if (entry !== undefined) await this.#flights.keep(key, entry);
    return { reused: false, value };
  }

  async #holding<T>(lease: Lease, work: () => Promise<T>): Promise<T> {
    const { keeper } = this.#flights;
    keeper.keep(lease);
    try {
      return await work();
    } finally {
      await keeper.giveBack(lease);
    }
  }

  async #announced<T>(key: string, asking: Promise<T>): Promise<T> {
    this.#asking.set(key, asking);
    try {
      return await asking;
    } finally {
      this.#asking.delete(key);
    }
  }
}

/** What one who waits remembers of the lease in its way. */
class Waiting {
  readonly #leaseMs: number;
  #seen: (ForeignLease & { sinceMs: number }) | undefined;
  #lookMs = firstLookMs;

  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs;
  }

  saw(foreign: ForeignLease): void {
    if (this.#seen?.sign !== foreign.sign) this.#seen = { ...foreign, sinceMs: performance.now() };
  }

  isDisappointed({ origin }: ForeignLease): boolean {
    return this.#seen !== undefined && this.#seen.origin !== origin;
  }

  deadSign(): string | undefined {
    if (this.#seen === undefined || performance.now() - this.#seen.sinceMs < this.#leaseMs) return undefined;
    return this.#seen.sign;
  }

  /** Jittered, so that those who wait for the same do not look at once. */
  nextLookMs(): number {
    const lookMs = this.#lookMs * (0.5 + Math.random() / 2);
    this.#lookMs = Math.min(longestLookMs, this.#lookMs * 1.5);
    return Math.min(lookMs, this.#leaseMs / 4);
  }
}
