import fc from 'fast-check';
import { expect, it } from 'vitest';

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
