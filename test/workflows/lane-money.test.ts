import fc from 'fast-check';
import { expect, it } from 'vitest';

import { LaneMoney } from '../../workflows/wide/lane-money.js';

interface Held {
  heldUsd: number;
  spentUsd: number;
  hadAll: boolean;
}

function begin(money: LaneMoney, idle: number, others: number): Held {
  return { heldUsd: money.grant(idle), spentUsd: 0, hadAll: others === 0 && money.isAllHeld };
}

it('is short only while less is free than did not do (LaneMoney-2)', () => {
  const money = new LaneMoney(5, 0, {}, true);
  const [first, second] = [begin(money, 2, 0), begin(money, 1, 1)] as const;
  money.giveBack(first, 0.01);
  const small = begin(money, 1, 2);
  expect(small.heldUsd).toBeCloseTo(0.01);
  money.fellShort(false, small.heldUsd);
  money.settle(small, 0);
  expect(money.isShort).toBe(true);
  // Those that hold more go on with it.
  expect(money.isEnough(second)).toBe(true);
  money.settle(first, 0.1);
  expect(money.isShort).toBe(false);
  // Where more is free than it has, a lane ends, and the next begins with both.
  second.spentUsd = 1;
  expect(money.isEnough(second)).toBe(false);
  expect(begin(money, 4, 1).heldUsd).toBeCloseTo(0.6);
});

it('stays short in runs that older versions have begun', () => {
  const money = new LaneMoney(5, 0, { isShort: true });
  expect(money.isShort).toBe(true);
  expect(money.grant(4)).toBe(5);
});

it('asks all that can be paid, and sets no more aside than there is, whatever a question may cost (LaneMoney-2)', () => {
  const bounds = fc.array(fc.double({ min: 0.01, max: 3, noNaN: true }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(bounds, fc.infiniteStream(fc.nat(99)), (questions, picks) => {
      const limitUsd = 4;
      let money = new LaneMoney(limitUsd, 0, {}, true);
      const waiting = [...questions];
      const underWay: Held[] = [];
      let spentUsd = 0;
      let lanes = 0;
      while (waiting.length > 0 && !money.isOut) {
        while (underWay.length < 4 && (underWay.length === 0 || !money.isShort)) {
          underWay.push(begin(money, 4 - underWay.length, underWay.length));
          lanes += 1;
        }
        const heldUsd = underWay.reduce((sum, lane) => sum + lane.heldUsd, 0);
        expect(heldUsd + spentUsd).toBeLessThanOrEqual(limitUsd + 1e-9);
        const [lane] = underWay.splice(picks.next().value % underWay.length, 1) as [Held];
        const bound = waiting[0] as number;
        if (lane.heldUsd >= bound) {
          waiting.shift();
          spentUsd += bound / 10;
          money.settle(lane, bound / 10);
          money.sufficed(lane.heldUsd);
        } else {
          money.fellShort(lane.hadAll, lane.heldUsd);
          money.settle(lane, 0);
        }
        // As after continue-as-new.
        if (underWay.length === 0 && !money.isOut) money = new LaneMoney(limitUsd, spentUsd, money.carried, true);
      }
      if (money.isOut) expect(waiting[0]).toBeGreaterThan(limitUsd - spentUsd - 1e-6);
      expect(lanes).toBeLessThan(1_000);
    }),
  );
});

it('holds for a batch that is out no more than its questions may cost (BatchBudget-1)', async () => {
  const money = new LaneMoney(1, 0, {});
  const holders = [{ heldUsd: 0 }, { heldUsd: 0 }];
  const given: number[] = [];
  for (const holder of holders) {
    const order = money.batches.order(holder, () => holders.filter((other) => other !== holder));
    await order.submitted(async (usd) => {
      given.push(usd);
      return {
        batches: [
          { id: 'one', questions: [0], boundUsd: 0.25 },
          { id: 'two', questions: [1], boundUsd: 0.15 },
        ],
      };
    });
  }
  expect(given[0]).toBeCloseTo(1);
  expect(given[1]).toBeCloseTo(0.6);
  expect(holders).toMatchObject([
    { heldUsd: expect.closeTo(0.4), hadAll: true },
    { heldUsd: expect.closeTo(0.4), hadAll: false },
  ]);
  expect(money.grant(1)).toBeCloseTo(0.2);
});

it('gives back no more than a lane holds', () => {
  const money = new LaneMoney(1, 0, {}, true);
  const lane = begin(money, 2, 0);
  money.giveBack(lane, 3);
  expect(lane).toMatchObject({ heldUsd: 0, hadAll: false });
  expect(money.grant(1)).toBeCloseTo(1);
});
