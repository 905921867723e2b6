import type { JournalStore, Lease } from './journal-store.js';

/** A lease is renewed this many times while it lasts. */
const renewals = 5;

/** Renews all leases of this process in one go. The next renewal makes up for one that fails. */
export class LeaseKeeper {
  readonly #store: Pick<JournalStore, 'renewLeases' | 'releaseLease' | 'handOnLease'>;
  readonly #leaseMs: number;
  readonly #held = new Set<Lease>();
  #timer: NodeJS.Timeout | undefined;
  #renewing = false;

  constructor(store: Pick<JournalStore, 'renewLeases' | 'releaseLease' | 'handOnLease'>, leaseMs: number) {
    this.#store = store;
    this.#leaseMs = leaseMs;
  }

  keep(lease: Lease): void {
    this.#held.add(lease);
    this.#timer ??= setInterval(() => void this.#renew(), this.#leaseMs / renewals).unref();
  }

  /** Stops renewing a lease that was given back. */
  forget(lease: Lease): void {
    this.#held.delete(lease);
    if (this.#held.size === 0) this.stop();
  }

  /** Gives a lease back. It never rejects: a lease that cannot be given back runs out. */
  async giveBack(lease: Lease): Promise<void> {
    this.forget(lease);
    await this.#store.releaseLease(lease).catch(() => {});
  }

  /** Hands a lease on to one of those who wait. It never rejects, as `giveBack`. */
  async handOn(lease: Lease): Promise<void> {
    this.forget(lease);
    await this.#store.handOnLease(lease).catch(() => {});
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #renew(): Promise<void> {
    if (this.#renewing) return;
    this.#renewing = true;
    await this.#store.renewLeases([...this.#held], this.#leaseMs).catch(() => {});
    this.#renewing = false;
  }
}
