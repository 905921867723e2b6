import { expect, it, onTestFinished } from 'vitest';

import { Books } from '../../src/gateway/server/books.js';
import { DayMoney } from '../../src/gateway/server/day-money.js';
import { grantOf } from '../../src/journal/hold.js';
import type { Hold } from '../../src/journal/hold.js';
import type { Spend } from '../../src/journal/index.js';

/** The ledger of one day, and what gateways hold of it. */
class Ledger {
  costUsd = 0;
  readonly held = new Map<string, number>();

  holdSpend = async (hold: Hold): Promise<number> => {
    const others = [...this.held].filter(([holder]) => holder !== hold.holder);
    const takenUsd = others.reduce((sum, [, usd]) => sum + usd, this.costUsd);
    const granted = grantOf(hold, takenUsd);
    this.held.set(hold.holder, granted);
    return granted;
  };

  recordSpend = async (rows: readonly Spend[]): Promise<readonly Spend[]> => {
    for (const { costUsd } of rows) this.costUsd += costUsd;
    return rows;
  };
}

function moneyOf(ledger: Ledger, budgetUsd: number, today = () => '2026-11-28'): DayMoney {
  const money = new DayMoney({ journal: ledger, budgetUsd, today, say: () => {} });
  onTestFinished(() => money.close());
  return money;
}

it('holds what was spent no longer beside the ledger that has it: the day has its budget once', async () => {
  const ledger = new Ledger();
  const [one, other] = [moneyOf(ledger, 1), moneyOf(ledger, 1)];
  let calls = 0;
  for (const money of [one, other, one, other, one, other, one, other, one, other, one, other, one, other]) {
    const release = await money.reserve(0.1);
    if (release === undefined) continue;
    calls += 1;
    ledger.costUsd += 0.1;
    release();
    // To give it back twice gives it back once.
    release();
    const heldUsd = [...ledger.held.values()].reduce((sum, usd) => sum + usd, 0);
    expect(heldUsd).toBeLessThanOrEqual(1 + 1e-9);
  }
  expect(calls).toBeLessThanOrEqual(10);
  expect(calls).toBeGreaterThan(5);
  // What one has at hand is no more than the day has left.
  let usd = 0;
  while (one.take(0.05) !== undefined) usd += 0.05;
  expect(ledger.costUsd + usd).toBeLessThanOrEqual(1 + 1e-9);
});

it('counts a call that was cut as the most that it may have cost, less what the API has told (Books-2)', async () => {
  const account = { run: 'run', client: 'client' };
  const model = 'claude-sonnet-5-5';
  const usage = { inputTokens: 0, outputTokens: 10_000, cacheReadTokens: 0, cacheWriteTokens: 0 };
  for (const [told, toldUsd] of [
    [undefined, 0],
    [usage, 0.1],
  ] as const) {
    const ledger = new Ledger();
    const books = new Books({ journal: ledger as never, budgetPerDayUsd: 1, say: () => {} });
    onTestFinished(() => books.close());
    await books.spent(account, { modelMs: 1, model, usage: told, settled: false }, 0.3);
    expect(ledger.costUsd).toBeCloseTo(toldUsd);
    await expect(books.reserve(0.71)).rejects.toMatchObject({ type: 'OverBudget' });
    (await books.reserve(0.69))();
  }
});

it('remembers what was spent on a day that comes again, once (DayMoney-3)', async () => {
  let day = '2026-11-28';
  const money = moneyOf(new Ledger(), 1, () => day);
  const fits = async (usd: number) => {
    const release = await money.reserve(usd);
    release?.();
    return release !== undefined;
  };
  money.untold(0.5);
  day = '2026-11-29';
  expect(await fits(0.95)).toBe(true);
  money.untold(0.3);
  // The clock is put back over midnight, and comes to it again.
  for (day of ['2026-11-28', '2026-11-29', '2026-11-28', '2026-11-29']) {
    const leftUsd = day === '2026-11-28' ? 0.5 : 0.7;
    expect([await fits(leftUsd + 0.05), await fits(leftUsd - 0.05)]).toEqual([false, true]);
  }
  day = '2026-11-30';
  expect(await fits(0.95)).toBe(true);
});

it('keeps the money of calls under way aside on both days, once (DayMoney-3)', async () => {
  let day = '2026-11-28';
  const money = moneyOf(new Ledger(), 1, () => day);
  const release = await money.reserve(0.6);
  for (day of ['2026-11-29', '2026-11-28']) {
    expect(await money.reserve(0.5)).toBeUndefined();
    (await money.reserve(0.3))?.();
  }
  release?.();
  expect(await money.reserve(0.95)).toBeDefined();
});
