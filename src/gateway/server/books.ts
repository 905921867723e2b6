import { FanfoldError } from '../../contract/errors.js';
import { dayOf } from '../../journal/index.js';
import type { Journal, Spend } from '../../journal/index.js';
import type { EndedCall } from '../../model/call/ended-call.js';
import { costOf } from '../../model/index.js';
import type { Account } from './account-of.js';
import { noCounts } from './counts.js';
import type { Counts } from './counts.js';
import { DayMoney } from './day-money.js';
import type { GatewaySettings } from './settings.js';

/** What calls have cost since the gateway was started. */
export interface Spent {
  calls: number;
  costUsd: number;
  inputTokens: number;
  outputTokens: number;
}

/** How often the log says that the day's budget refuses calls, in milliseconds. */
const sayEveryMs = 60_000;

/**
 * What calls cost: written down beside the journal, and held to the day's budget.
 *
 * Books-1. A call is in the ledger before its answer is told.
 * Books-2. What has been spent today and the most that may come of what is under way are together at most the budget, of all gateways on the
 *     journal: a call that might exceed it is not made.
 *     A call that was cut before the API had told its cost counts as the most that it may have cost.
 * Books-3. The budget knows what was spent today before the gateway was started.
 * Books-4. Who is refused learns nothing of what others have spent.
 */
export class Books {
  readonly #journal: Pick<Journal, 'recordSpend'>;
  readonly #budgetUsd: number;
  readonly #money: DayMoney | undefined;
  readonly #say: (message: string) => void;
  readonly #now: () => number;
  readonly #spent = new Map<string, Spent>();
  /** What is counted of the questions. */
  readonly counts: Counts = noCounts();
  #saidAtMs = -Infinity;

  constructor(
    {
      journal,
      budgetPerDayUsd = Infinity,
      say,
    }: Pick<GatewaySettings, 'budgetPerDayUsd' | 'say'> & {
      journal: Pick<Journal, 'recordSpend' | 'holdSpend'>;
    },
    now: () => number = Date.now,
  ) {
    this.#journal = journal;
    this.#budgetUsd = budgetPerDayUsd;
    this.#say = say;
    this.#now = now;
    const today = () => dayOf(now());
    const budgetUsd = budgetPerDayUsd;
    this.#money = budgetUsd < Infinity ? new DayMoney({ journal, budgetUsd, today, say }) : undefined;
  }

  get isBounded(): boolean {
    return this.#money !== undefined;
  }

  /** By model, since the gateway was started. */
  get spentByModel(): ReadonlyMap<string, Readonly<Spent>> {
    return this.#spent;
  }

  /**
   * Sets money aside for a call.
   *
   * @param boundUsd the most that it may cost; `null` where its price is unknown
   * @returns what gives it back, once the call is written down
   * @throws FanfoldError `OverBudget`
   */
  async reserve(boundUsd: number | null): Promise<() => void> {
    if (this.#money === undefined) return () => {};
    const reserved = boundUsd === null ? undefined : await this.#money.reserve(boundUsd);
    if (reserved === undefined) throw this.#overBudget(boundUsd);
    return reserved;
  }

  /** Sets money aside for a second call, where there is some at hand; `undefined` where there is not. */
  reserveSecond(boundUsd: number | null): (() => void) | undefined {
    if (this.#money === undefined) return () => {};
    return boundUsd === null ? undefined : this.#money.take(boundUsd);
  }

  /**
   * Writes a call down. It never rejects: the answer is there, and has been paid for.
   *
   * @param boundUsd the most that it may have cost, which counts where the API did not come to tell
   */
  async spent({ run, client }: Account, { usage, model, settled }: EndedCall, boundUsd: number | null): Promise<void> {
    if (usage === undefined && settled) return;
    const costUsd = usage === undefined ? 0 : costOf(usage, model);
    if (!settled) this.#money?.untold(Math.max(0, (boundUsd ?? 0) - (costUsd ?? 0)));
    await this.record([
      {
        day: dayOf(this.#now()),
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
      },
    ]);
  }

  /**
   * Writes rows into the ledger, and counts those that are new there. It never rejects.
   *
   * @param mark names what was paid for, where it may be told several times
   */
  async record(rows: readonly Spend[], mark?: string): Promise<void> {
    let counted = rows;
    try {
      counted = await this.#journal.recordSpend(rows, mark);
    } catch (error) {
      const costUsd = rows.reduce((sum, row) => sum + row.costUsd, 0);
      this.#money?.untold(costUsd);
      this.#say(`Calls of $${costUsd.toFixed(6)} could not be written into the ledger: ${(error as Error).message}`);
    }
    for (const row of counted) this.#count(row);
  }

  async close(): Promise<void> {
    await this.#money?.close();
  }

  #count({ model, calls, costUsd, inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens }: Spend): void {
    const before = this.#spent.get(model) ?? { calls: 0, costUsd: 0, inputTokens: 0, outputTokens: 0 };
    this.#spent.set(model, {
      calls: before.calls + calls,
      costUsd: before.costUsd + costUsd,
      inputTokens: before.inputTokens + inputTokens + cacheReadTokens + cacheWriteTokens,
      outputTokens: before.outputTokens + outputTokens,
    });
  }

  #overBudget(boundUsd: number | null): FanfoldError {
    this.counts.overBudget += 1;
    const nowMs = this.#now();
    if (nowMs - this.#saidAtMs > sayEveryMs) {
      this.#saidAtMs = nowMs;
      this.#say(
        `the budget of $${this.#budgetUsd} for ${dayOf(nowMs)} refuses calls; \`fanfold spend\` shows what was spent.`,
      );
    }
    const asked = boundUsd === null ? 'A call whose price is unknown' : `A call that may cost $${boundUsd.toFixed(6)}`;
    return new FanfoldError(
      'OverBudget',
      `${asked} does not fit into what is left today of the gateway's budget of $${this.#budgetUsd} a day.`,
      'Wait for the next day (UTC), or start the gateway with a larger --budget-per-day.',
    );
  }
}
