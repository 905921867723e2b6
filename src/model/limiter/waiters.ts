import type { Share } from '../../contract/priority.js';
import { FairOrder, shareId } from './fair-order.js';

interface Waiter<Ask, Granted> {
  ask: Ask;
  settle: { grant: (granted: Granted) => void; refuse: (reason: unknown) => void };
}

/** Those who wait with one share. */
interface Line<Ask, Granted> extends Share {
  waiters: Set<Waiter<Ask, Granted>>;
}

/** Whoever says nothing about a share waits with all who say nothing. */
const nobodys: Share = { key: '' };

/**
 * A queue of waiting calls or tasks: those of one share in order of arrival, and between shares as `FairOrder` has it.
 *
 * Waiters-1. A waiter that is aborted has left the queue, and is rejected with the abort's reason.
 * Waiters-2. Every waiter is granted or refused once.
 */
export class Waiters<Ask, Granted> {
  readonly #lines = new Map<string, Line<Ask, Granted>>();
  readonly #order = new FairOrder();
  #size = 0;
  #counted = 0;

  /**
   * @param shareOf whose an ask is; by default all wait in one line
   * @param counts whether an ask is one of those that `counted` tells of
   */
  constructor(
    readonly shareOf: (ask: Ask) => Share | undefined = () => undefined,
    readonly counts: (ask: Ask) => boolean = () => false,
  ) {}

  get size(): number {
    return this.#size;
  }

  /** How many of those who wait count. It is asked for with each call that leaves, however many wait. */
  get counted(): number {
    return this.#counted;
  }

  /** The ask of whoever is to be granted first. */
  get first(): Ask | undefined {
    for (const { ask } of this.#next?.waiters ?? []) return ask;
    return undefined;
  }

  /** @param onLeft called when an abort has taken the waiter out of the queue */
  join(ask: Ask, signal: AbortSignal | undefined, onLeft: () => void): Promise<Granted> {
    return new Promise<Granted>((resolve, reject) => {
      const settled = () => {
        this.#leave(waiter);
        signal?.removeEventListener('abort', leave);
      };
      const leave = () => {
        settled();
        reject(signal?.reason as Error);
        onLeft();
      };
      const waiter: Waiter<Ask, Granted> = {
        ask,
        settle: {
          grant: (granted) => {
            settled();
            resolve(granted);
          },
          refuse: (reason) => {
            settled();
            reject(reason as Error);
          },
        },
      };
      this.#size += 1;
      this.#counted += Number(this.counts(ask));
      this.#lineOf(ask).waiters.add(waiter);
      signal?.addEventListener('abort', leave);
    });
  }

  /** Grants the first waiter its ask. */
  grantFirst(granted: Granted): void {
    const line = this.#next;
    if (line === undefined) return;
    this.#order.went(line);
    for (const { settle } of line.waiters) return settle.grant(granted);
  }

  /** Refuses each waiter for whose ask there is a reason. */
  refuse(reasonFor: (ask: Ask) => unknown): void {
    for (const { waiters } of this.#lines.values()) {
      for (const { ask, settle } of waiters) {
        const reason = reasonFor(ask);
        if (reason !== undefined) settle.refuse(reason);
      }
    }
  }

  get #next(): Line<Ask, Granted> | undefined {
    return this.#order.choose(this.#lines.values());
  }

  #lineOf(ask: Ask): Line<Ask, Granted> {
    const share = this.shareOf(ask) ?? nobodys;
    const id = shareId(share);
    const line = this.#lines.get(id) ?? { ...share, waiters: new Set<Waiter<Ask, Granted>>() };
    this.#lines.set(id, line);
    return line;
  }

  #leave(waiter: Waiter<Ask, Granted>): void {
    const id = shareId(this.shareOf(waiter.ask) ?? nobodys);
    const line = this.#lines.get(id);
    if (line?.waiters.delete(waiter) !== true) return;
    this.#size -= 1;
    this.#counted -= Number(this.counts(waiter.ask));
    if (line.waiters.size === 0) this.#lines.delete(id);
  }
}
