import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Budget } from '../../src/plan/budget.js';

const never = new Promise<never>(() => {});

const branch = fc.record({
  boundMills: fc.integer({ min: 1, max: 50 }),
  /** Of the bound, how much is spent. */
  share: fc.double({ min: 0, max: 1, noNaN: true }),
});

it('keeps Budget-1, Budget-2 and Budget-3 in whatever order branches ask and end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(branch, { minLength: 1, maxLength: 20 }),
      fc.nat(300),
      fc.infiniteStream(fc.nat()),
      async (branches, limitMills, picks) => {
        const limitUsd = limitMills / 1_000;
        const budget = new Budget(limitUsd);
        const open: { boundUsd: number; spentUsd: number }[] = [];
        const decided: (boolean | undefined)[] = branches.map(() => undefined);
        let spentUsd = 0;
        for (const [index, { boundMills, share }] of branches.entries()) {
          const boundUsd = boundMills / 1_000;
          void budget.reserve(boundUsd, never).then((granted) => {
            decided[index] = granted;
            if (!granted) expect(boundUsd).toBeGreaterThan(limitUsd - spentUsd - 1e-6);
            if (granted) open.push({ boundUsd, spentUsd: boundUsd * share });
          });
        }
        for (;;) {
          await new Promise((resolve) => setImmediate(resolve));
          const held = open.reduce((sum, { boundUsd }) => sum + boundUsd, 0);
          expect(spentUsd + held).toBeLessThanOrEqual(limitUsd + 1e-6);
          const waiting = decided.indexOf(undefined);
          if (waiting >= 0) expect(decided.slice(waiting).every((each) => each === undefined)).toBe(true);
          const [ended] = open.splice(picks.next().value % Math.max(1, open.length), 1);
          if (ended === undefined) break;
          spentUsd += ended.spentUsd;
          budget.settle(ended.boundUsd, ended.spentUsd);
        }
        expect(decided).not.toContain(undefined);
        const first = branches[0]!.boundMills / 1_000;
        expect(decided[0]).toBe(first <= limitUsd + 1e-9);
      },
    ),
  );
});

describe('a wait for money that is ended', () => {
  function ended(): { cancelled: Promise<never>; end: (reason: Error) => void } {
    let end: (reason: Error) => void = () => {};
    const cancelled = new Promise<never>((_, reject) => (end = reject));
    return { cancelled, end };
  }

  it('throws the reason, takes nothing, and lets those behind it through', async () => {
    const budget = new Budget(1);
    const { cancelled, end } = ended();
    expect(await budget.reserve(0.6, never)).toBe(true);
    const tooMuch = budget.reserve(0.5, cancelled);
    const behind = budget.reserve(0.25, never);
    const reason = new Error('cut');
    end(reason);
    await expect(tooMuch).rejects.toBe(reason);
    expect(await behind).toBe(true);
    expect(budget.leftUsd).toBeCloseTo(0.15, 9);
  });

  it('changes nothing where the money was there already', async () => {
    const budget = new Budget(1);
    const { cancelled, end } = ended();
    expect(await budget.reserve(0.5, cancelled)).toBe(true);
    end(new Error('cut'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(budget.leftUsd).toBeCloseTo(0.5, 9);
  });
});

it('is used up to the last cent, however sums of dollars are rounded', async () => {
  const budget = new Budget(0.3);
  expect([await budget.reserve(0.1, never), await budget.reserve(0.2, never)]).toEqual([true, true]);
});

it('tells what is neither spent nor set aside', async () => {
  const budget = new Budget(1);
  await budget.reserve(0.3, never);
  budget.settle(0.1, 0.05);
  expect(budget.leftUsd).toBeCloseTo(0.75, 9);
  expect(await new Budget(Infinity).reserve(1e9, never)).toBe(true);
});
