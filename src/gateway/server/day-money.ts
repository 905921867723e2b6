import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Journal } from '../../journal/index.js';

/** How long what this process has set aside outlives it, in milliseconds, and how often it says that it lives. */
const heldForMs = 60_000;
const renewEveryMs = 5_000;

/** More is set aside than is needed, so that not every call asks the journal: so many calls' worth, or this share of the budget. */
const aheadCalls = 9;
const aheadShare = 0.01;

/** Two who ask at once for the last of it may both be refused: it is asked for once more after about so long, in milliseconds, unless that was so lately. */
const pauseMs = 30;
const latelyMs = 1_000;

export interface DayMoneySettings {
  journal: Pick<Journal, 'holdSpend'>;
  budgetUsd: number;
  /** The day now, in UTC. */
  today(): string;
  say(message: string): void;
}

/**
 * What this process has set aside of the day's budget, which all gateways on one journal share.
 *
 * DayMoney-1. What the ledger has for the day and what all gateways have set aside are together at most the budget.
 * DayMoney-2. What is set aside for a call is given back once its cost is in the ledger.
 * DayMoney-3. A day that comes twice, as when a clock is put back over midnight, has what was spent on it before, once.
 * DayMoney-4. What is set aside ahead of its need is given back within five seconds, and that of a gateway that was killed within a minute.
 */
export class DayMoney {
  readonly #settings: DayMoneySettings;
  readonly #holder = randomUUID();
  #day: string;
  /** Set aside for calls under way. */
  #reservedUsd = 0;
  /** May have been spent and is not in the ledger, by day: a number for each day that had some. */
  readonly #untoldUsd = new Map<string, number>();
  /** Set aside in the journal. */
  #heldUsd = 0;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #timer: NodeJS.Timeout;
  #isFailing = false;
  #refusedAtMs = -Infinity;

  constructor(settings: DayMoneySettings) {
    this.#settings = settings;
    this.#day = settings.today();
    this.#timer = setInterval(() => void this.#renew(), renewEveryMs).unref();
  }

  /**
   * Sets money aside for a call.
   *
   * @returns what gives it back; `undefined` where it does not fit
   */
  async reserve(usd: number): Promise<(() => void) | undefined> {
    const taken = this.take(usd);
    if (taken !== undefined) return taken;
    // One asks after the other: what fits for some need not fit for all.
    const asked = this.#turn.then(() => this.#ask(usd));
    this.#turn = asked.catch(() => {});
    return asked;
  }

  /** The same out of what is set aside already. */
  take(usd: number): (() => void) | undefined {
    this.#turnPage();
    if (this.#neededUsd + usd > this.#heldUsd + 1e-9) return undefined;
    this.#reservedUsd += usd;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#reservedUsd -= usd;
      // It is spent, and in the ledger: what is held beside that is less by as much.
      this.#heldUsd = Math.max(0, this.#heldUsd - usd);
    };
  }

  /** So much may have been spent beside what the ledger has. */
  untold(usd: number): void {
    this.#turnPage();
    this.#untoldUsd.set(this.#day, this.#untoldTodayUsd + usd);
  }

  /** Gives everything back. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#turn;
    await this.#hold(0, 0).catch(() => {});
  }

  get #untoldTodayUsd(): number {
    return this.#untoldUsd.get(this.#day) ?? 0;
  }

  get #neededUsd(): number {
    return this.#reservedUsd + this.#untoldTodayUsd;
  }

  async #ask(usd: number): Promise<(() => void) | undefined> {
    const aheadUsd = Math.max(aheadCalls * usd, aheadShare * this.#settings.budgetUsd);
    const asked = async (moreUsd: number) => {
      const taken = this.take(usd);
      if (taken !== undefined) return taken;
      const leastUsd = this.#neededUsd + usd;
      await this.#hold(leastUsd, leastUsd + moreUsd);
      return this.take(usd);
    };
    const taken = await asked(aheadUsd);
    if (taken !== undefined) return taken;
    const nowMs = performance.now();
    const isLate = nowMs - this.#refusedAtMs < latelyMs;
    this.#refusedAtMs = nowMs;
    if (isLate) return undefined;
    await sleep(pauseMs * (0.5 + Math.random()));
    return asked(0);
  }

  async #renew(): Promise<void> {
    const renewed = this.#turn.then(() => this.#hold(this.#neededUsd, this.#neededUsd));
    this.#turn = renewed.catch(() => {});
    await renewed.then(
      () => (this.#isFailing = false),
      (error: unknown) => {
        if (!this.#isFailing) this.#settings.say(`the day's money cannot be held: ${(error as Error).message}`);
        this.#isFailing = true;
      },
    );
  }

  async #hold(leastUsd: number, mostUsd: number): Promise<void> {
    this.#turnPage();
    const { journal, budgetUsd } = this.#settings;
    const heldUsd = Math.min(this.#neededUsd, leastUsd);
    // Nothing is taken meanwhile of what may be given back.
    this.#heldUsd = Math.min(this.#heldUsd, this.#neededUsd);
    const day = this.#day;
    const asked = { holder: this.#holder, day, heldUsd, leastUsd, mostUsd, budgetUsd, forMs: heldForMs };
    const granted = await journal.holdSpend(asked);
    if (day === this.#day) this.#heldUsd = granted;
  }

  #turnPage(): void {
    const day = this.#settings.today();
    if (day === this.#day) return;
    this.#day = day;
    this.#heldUsd = 0;
  }
}
