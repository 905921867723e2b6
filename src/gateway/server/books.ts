import { FanfoldError } from '../../contract/errors.js';
import { dayOf } from '../../journal/index.js';
import type { Journal, Spend } from '../../journal/index.js';
import type { EndedCall } from '../../model/call/ended-call.js';
import { costOf } from '../../model/index.js';
import type { GatewaySettings } from './settings.js';

/** Who a call was made for. */
export interface Account {
  run: string;
  client: string;
}

/**
 * What calls cost: written down beside the journal, and held to the day's budget.
 *
 * Books-1. A call is in the ledger before its answer is told.
 * Books-2. What has been spent today and the most that may come of what is under way are together at most the budget: a call that
 *     might exceed it is not made.
 *     A call that was cut before the API had told its cost counts as the most that it may have cost.
 * Books-3. The budget knows what was spent today before the gateway was started.
 */
export class Books {
  readonly #journal: Pick<Journal, 'recordSpend'>;
  readonly #budgetUsd: number;
  readonly #say: (message: string) => void;
  readonly #now: () => number;
  #day: string;
  #spentUsd: number;
  #reservedUsd = 0;

  constructor(
    {
      journal,
      budgetPerDayUsd = Infinity,
      say,
    }: Pick<GatewaySettings, 'budgetPerDayUsd' | 'say'> & {
      journal: Pick<Journal, 'recordSpend'>;
    },
    spentUsd: number,
    now: () => number = Date.now,
  ) {
    this.#journal = journal;
    this.#budgetUsd = budgetPerDayUsd;
    this.#say = say;
    this.#now = now;
    this.#day = dayOf(now());
    this.#spentUsd = spentUsd;
  }

  static async open(settings: GatewaySettings): Promise<Books> {
    const rows = await settings.journal.spend(dayOf(Date.now()));
    return new Books(
      settings,
      rows.reduce((sum, { costUsd }) => sum + costUsd, 0),
    );
  }

  get isBounded(): boolean {
    return this.#budgetUsd < Infinity;
  }

  /**
   * Sets money aside for a call.
   *
   * @param boundUsd the most that it may cost; `null` where its price is unknown
   * @returns what gives it back, once the call has ended
   * @throws FanfoldError `OverBudget`
   */
  reserve(boundUsd: number | null): () => void {
    if (!this.isBounded) return () => {};
    if (boundUsd === null || !this.covers(boundUsd)) throw this.#overBudget(boundUsd);
    this.#reservedUsd += boundUsd;
    let isHeld = true;
    return () => {
      if (isHeld) this.#reservedUsd -= boundUsd;
      isHeld = false;
    };
  }

  /** Whether so much could be set aside now. */
  covers(boundUsd: number | null): boolean {
    this.#turnPage();
    return (
      !this.isBounded || (boundUsd !== null && this.#spentUsd + this.#reservedUsd + boundUsd <= this.#budgetUsd + 1e-9)
    );
  }

  /**
   * Writes a call down. It never rejects: the answer is there, and has been paid for.
   *
   * @param boundUsd the most that it may have cost, which counts where the API did not come to tell
   */
  async spent({ run, client }: Account, { usage, model, settled }: EndedCall, boundUsd: number | null): Promise<void> {
    if (usage === undefined && settled) return;
    this.#turnPage();
    const costUsd = usage === undefined ? 0 : costOf(usage, model);
    this.#spentUsd += settled ? (costUsd ?? 0) : Math.max(costUsd ?? 0, boundUsd ?? 0);
    const row: Spend = {
      day: this.#day,
      run,
      client,
      model,
      calls: 1,
      inputTokens: usage?.inputTokens ?? 0,
      outputTokens: usage?.outputTokens ?? 0,
      cacheReadTokens: usage?.cacheReadTokens ?? 0,
      cacheWriteTokens: usage?.cacheWriteTokens ?? 0,
      costUsd: costUsd ?? 0,
      unpriced: costUsd === null ? 1 : 0,
      untold: settled ? 0 : 1,
    };
    try {
      await this.#journal.recordSpend([row]);
    } catch (error) {
      this.#say(
        `A call of $${row.costUsd.toFixed(6)} could not be written into the ledger: ${(error as Error).message}`,
      );
    }
  }

  #turnPage(): void {
    const day = dayOf(this.#now());
    if (day === this.#day) return;
    this.#day = day;
    this.#spentUsd = 0;
  }

  #overBudget(boundUsd: number | null): FanfoldError {
    const asked = boundUsd === null ? 'A call whose price is unknown' : `A call that may cost $${boundUsd.toFixed(6)}`;
    const spent = `$${this.#spentUsd.toFixed(6)} spent and $${this.#reservedUsd.toFixed(6)} set aside`;
    return new FanfoldError(
      'OverBudget',
      `${asked} does not fit into the gateway's budget of $${this.#budgetUsd} a day: ${spent} on ${this.#day}.`,
      'Wait for the next day (UTC), or start the gateway with a larger --budget-per-day.',
    );
  }
}
