import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';

import type { Entry } from './entry.js';
import type { ClaimOptions, ForeignLease, Lease } from './journal-store.js';
import type { Asked, Once, OnceOptions } from './journal.js';
import type { LeaseKeeper } from './lease-keeper.js';
import { pause } from './pause.js';

/** First and longest pause between two looks at what somebody else is asking, in milliseconds. */
const firstLookMs = 25;
const longestLookMs = 400;

/** The parts of a journal that a single flight needs. */
export interface Flights {
  /** Finds the entry, or takes its lease. */
  claim(lease: Lease, options: ClaimOptions): Promise<EntryClaim>;
  keeper: LeaseKeeper;
  leaseMs: number;
  /** Identity of the process that asks. */
  identity: string;
  /**
   * Keeps the entry, and gives the lease back with it; never rejects, because the answer has been paid for.
   *
   * @returns whether it has
   */
  keep(key: string, entry: Entry, lease?: Lease): Promise<boolean>;
}

/** An entry, or the lease in the way; without either, the caller has the lease. */
export interface EntryClaim {
  entry?: Entry | undefined;
  foreign?: ForeignLease | undefined;
}

/** The beginning of the names of a process's holders. */
export function holderPrefix(identity: string): string {
  return `${identity}/`;
}

type Ask<T> = (signal: AbortSignal | undefined) => Promise<Asked<T>>;

/**
 * Lets a question that several ask at once be asked once.
 *
 * SingleFlight-1. The holder of the key's lease asks, and renews the lease meanwhile. All others look for the entry from time to
 *     time.
 * SingleFlight-2. A lease that has run out may be taken over. So may a lease that has not changed for its whole duration by the
 *     clock of a waiting process, which knows no time of day: a store whose clock was set back keeps nobody waiting. (As in
 *     Amazon's DynamoDB Lock Client.)
 * SingleFlight-3. Taking over from the dead continues their asking, so that the others wait on. After an asking without an entry
 *     all who waited for it ask at once, with or without a lease: nobody waits for a second disappointment.
 * SingleFlight-4. An entry is in the journal before its lease is given back, or with it. A process that finds the lease gone, or
 *     another's, has looked for the entry since.
 * SingleFlight-5. An asking belongs to its asker. The asker's abort ends it; for those who wait for it that is a failure. An asker that
 *     is no longer wanted, and has not failed, hands its lease on: one of those who wait asks in its place, and the others wait on.
 */
export class SingleFlight {
  readonly #flights: Flights;
  /** Askings of this process: others in it need not wait for the next look. */
  readonly #asking = new Map<string, Promise<unknown>>();

  constructor(flights: Flights) {
    this.#flights = flights;
  }

  async once<T>(
    key: string,
    { signal, unwanted, joins, notBeforeMs = Number.NEGATIVE_INFINITY }: OnceOptions,
    ask: Ask<T>,
  ): Promise<Once<T>> {
    const { leaseMs, identity } = this.#flights;
    const lease = { key, holder: `${holderPrefix(identity)}${randomUUID()}` };
    const waiting = new Waiting(leaseMs);
    for (;;) {
      signal?.throwIfAborted();
      const { entry, foreign } = await this.#flights.claim(lease, { notBeforeMs, deadSign: waiting.deadSign() });
      if (entry !== undefined) return { reused: true, entry };
      if (foreign === undefined)
        return this.#announced(
          key,
          this.#askHolding(lease, { ...(signal && { signal }), ...(unwanted && { unwanted }) }, ask),
        );
      if (waiting.isDisappointed(foreign)) return this.#ask(key, signal, ask);
      if (waiting.isNew) joins?.();
      waiting.saw(foreign);
      await pause(waiting.nextLookMs(), signal, this.#asking.get(key));
    }
  }

  async #askHolding<T>(lease: Lease, { signal, unwanted }: OnceOptions, ask: Ask<T>): Promise<Once<T>> {
    const { keeper } = this.#flights;
    keeper.keep(lease);
    let isGivenBack = false;
    try {
      signal?.throwIfAborted();
      const { value, entry } = await ask(signal);
      isGivenBack = entry !== undefined && (await this.#flights.keep(lease.key, entry, lease));
      return { reused: false, value };
    } finally {
      if (isGivenBack) keeper.forget(lease);
      else if (unwanted?.aborted === true) await keeper.handOn(lease);
      else await keeper.giveBack(lease);
    }
  }

  async #ask<T>(key: string, signal: AbortSignal | undefined, ask: Ask<T>): Promise<Once<T>> {
    signal?.throwIfAborted();
    const { value, entry } = await ask(signal);
    if (entry !== undefined) await this.#flights.keep(key, entry);
    return { reused: false, value };
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

/** The memory of a waiting process about the lease in its way. */
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

  get isNew(): boolean {
    return this.#seen === undefined;
  }

  isDisappointed({ origin }: ForeignLease): boolean {
    return this.#seen !== undefined && this.#seen.origin !== origin;
  }

  deadSign(): string | undefined {
    if (this.#seen === undefined || performance.now() - this.#seen.sinceMs < this.#leaseMs) return undefined;
    return this.#seen.sign;
  }

  /** Pause until the next look, with jitter: processes that wait for the same question do not look at once. */
  nextLookMs(): number {
    const lookMs = this.#lookMs * (0.5 + Math.random() / 2);
    this.#lookMs = Math.min(longestLookMs, this.#lookMs * 1.5);
    return Math.min(lookMs, this.#leaseMs / 4);
  }
}
