import type { CancellationScope } from '@temporalio/workflow';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { noTally } from '../../src/contract/lanes.js';
import type { Tally } from '../../src/contract/lanes.js';
import { noLedger } from '../../src/contract/outcome.js';
import type { FirstAnswer } from '../../src/contract/run-result.js';
import { Budget } from '../../src/plan/budget.js';
import type { WidePlan } from '../../src/plan/summarise-plan.js';
import type { Decision } from '../../workflows/engine/join.js';
import { BatchBudgets } from '../../workflows/wide/batch-budget.js';
import type { Holder } from '../../workflows/wide/batch-budget.js';
import { LaneMoney } from '../../workflows/wide/lane-money.js';
import { LaneQueue } from '../../workflows/wide/lane-queue.js';
import { LaneRunners } from '../../workflows/wide/lane-runners.js';
import { LaneUnderWay } from '../../workflows/wide/lane-under-way.js';
import { MoreForLanes } from '../../workflows/wide/more-for-lanes.js';
import { WideJoin } from '../../workflows/wide/wide-join.js';

const chunks = [10, 10, 10].map((count, at) => ({ sha256: `chunk ${at}`, bytes: 1, count }));
const scope = { run: (work: () => unknown) => work() } as unknown as CancellationScope;

let queue: LaneQueue;
let money: LaneMoney;
let sent: number[];
let isCut: boolean;
let goesOn: boolean;
let lane: LaneUnderWay;
let more: MoreForLanes;

/** Two runners of four calls at once, the first of which has a lane with the first chunk and half of the money. */
beforeEach(() => {
  queue = new LaneQueue(chunks);
  money = new LaneMoney(4, 0, {}, true);
  sent = [];
  [isCut, goesOn] = [false, true];
  const runners = new LaneRunners(scope, ({ width }) => (sent.push(width), new Promise(() => {})));
  runners.send([4, 4]);
  more = new MoreForLanes({
    chunks,
    queue,
    runners,
    money,
    cuts: { among: (places, firstIndex) => (firstIndex === 10 ? { cut: [places[0]!] } : {}) },
    isShared: true,
    isCut: () => isCut,
    goesOn: () => goesOn,
  });
  lane = new LaneUnderWay({ width: 4 }, (chunk) => queue.firstIndexOf(chunk), queue.take()!);
  lane.heldUsd = money.grant(2);
});

const leftUsd = () => 4 - lane.heldUsd - money.grant(1);

describe('what a lane hands back', () => {
  const handBack = { left: [[6, 9] as const], width: 1, cap: 8, usd: 0.5, paceMs: 100 };

  it('is another’s to carry, with its calls at once and its money', () => {
    more.takeBack(lane, handBack);
    expect([lane.given, queue.queued]).toEqual([[0, 1, 2, 3, 4, 5], 24]);
    expect([lane.heldUsd, more.paceMs]).toEqual([1.5, 100]);
    expect(sent).toEqual([4, 4, 3]);
    expect(money.grant(1)).toBeCloseTo(2.5);
  });

  it('is nobody’s where no such lane is under way, and sends nobody once the answer is there', () => {
    more.takeBack(undefined, handBack);
    expect([queue.queued, lane.heldUsd]).toEqual([20, 2]);
    isCut = true;
    more.takeBack(lane, handBack);
    expect([queue.queued, sent]).toEqual([24, [4, 4]]);
  });

  it('is no more money than it holds', () => {
    more.takeBack(lane, { ...handBack, usd: 99 });
    expect(lane.heldUsd).toBe(0);
    expect(leftUsd()).toBeCloseTo(0);
  });
});

describe('what a lane is given that asks for more', () => {
  it('is what waits, with what of it is cut and what lanes before had begun', () => {
    money.grant(1);
    queue.begun({ underWay: [[11, 12]], ledgers: { 11: { ...noLedger, costUsd: 0.25 } } });
    const given = more.give(lane);
    expect(given).toMatchObject({ chunk: chunks[1], firstIndex: 10, places: [[0, 9]], width: 4, cut: [[0, 9]] });
    expect(given?.begunBefore?.underWay).toEqual([[11, 12]]);
    expect(given?.begunBefore?.ledgers?.[11]).toMatchObject({ costUsd: 0.25, open: true });
    expect([lane.given.length, queue.queued]).toEqual([20, 10]);
    expect(more.give(lane)).not.toHaveProperty('begunBefore');
    expect(more.give(lane)).toBeNull();
  });

  it('is nothing where it is not under way, nothing more is to be begun, or more money is free than it has', () => {
    expect(more.give(undefined)).toBeNull();
    lane.spentUsd = 1.5;
    expect(more.give(lane)).toBeNull();
    lane.spentUsd = 0;
    money.grant(1);
    goesOn = false;
    expect(more.give(lane)).toBeNull();
    goesOn = true;
    expect(more.give(lane)).not.toBeNull();
  });
});

describe('the join of a run in lanes', () => {
  function joining(policy: object, carried: { decision?: Decision; firstAnswer?: FirstAnswer } = {}) {
    const cancel = vi.fn<() => void>();
    const answered = vi.fn<(answer: FirstAnswer) => void>();
    const plan = { total: 10, policy: { deadlineMs: null, late: 'cancel', ...policy } } as unknown as WidePlan;
    const join = new WideJoin(plan, 0, { cancel } as unknown as CancellationScope, answered, carried);
    return { join, cancel, answered };
  }
  const tally = (byStatus: Tally['byStatus']): Tally => {
    const ended = Object.values(byStatus).reduce((sum, count) => sum + count, 0);
    return { ...noTally, ended, byStatus };
  };

  it('cuts the rest at a quorum, and tells its answer once', () => {
    const { join, cancel, answered } = joining({ join: 'quorum', needed: 3 });
    join.decide(tally({ ok: 2, failed: 1 }), 0);
    expect([join.isCut, cancel.mock.calls.length]).toEqual([false, 0]);
    for (const ok of [3, 4]) join.decide(tally({ ok }), 0);
    expect([join.isCut, cancel.mock.calls.length, answered.mock.calls.length]).toEqual([true, 1, 1]);
    expect(answered.mock.calls[0]?.[0]).toMatchObject({ ok: 3, keys: [] });
  });

  it('counts as lost what somebody has cut by its key, and not what was cut with all', () => {
    const cutByAll = joining({ join: 'quorum', needed: 8 });
    cutByAll.join.decide(tally({ ok: 1, cancelled: 4 }), 0);
    expect(cutByAll.join.isCut).toBe(false);
    const cutByKey = joining({ join: 'quorum', needed: 8 });
    cutByKey.join.decide(tally({ ok: 1, cancelled: 2 }), 2);
    expect(cutByKey.join.isCut).toBe(false);
    cutByKey.join.decide(tally({ ok: 1, cancelled: 3 }), 3);
    expect(cutByKey.join.isCut).toBe(true);
    // Of those that were cut some may have ended in another way.
    const ended = joining({ join: 'quorum', needed: 8 });
    ended.join.decide(tally({ ok: 1, failed: 2 }), 5);
    expect(ended.join.isCut).toBe(false);
  });

  it('knows what an earlier execution has decided', () => {
    const firstAnswer = { elapsedMs: 5, keys: [], ok: 3 };
    const cut = joining({ join: 'quorum', needed: 3 }, { decision: 'enough are ok' });
    expect([cut.join.isCut, cut.join.carried]).toEqual([true, { decision: 'enough are ok' }]);
    const amends = joining({ join: 'quorum', needed: 3, late: 'amend' }, { decision: 'enough are ok', firstAnswer });
    expect([amends.join.isCut, amends.join.carried]).toEqual([false, { decision: 'enough are ok', firstAnswer }]);
    expect(amends.answered).toHaveBeenCalledExactlyOnceWith(firstAnswer);
  });
});

describe('the money of batches', () => {
  it('is all that is left for one order after the other, and what it cannot cost goes back (BatchBudget-1)', async () => {
    const budget = new Budget(1);
    const budgets = new BatchBudgets(budget);
    const holders: Holder[] = [{ heldUsd: 0 }, { heldUsd: 0 }];
    const had: number[] = [];
    const submit = (boundUsd: number) => async (usd: number) => {
      had.push(usd);
      expect(budget.leftUsd).toBe(0);
      return {
        batches: [
          { id: 'a', questions: [0], boundUsd },
          { id: 'b', questions: [1] },
        ],
      };
    };
    for (const [at, boundUsd] of [0.25, 0.5].entries())
      await budgets.order(holders[at]!, () => holders).submitted(submit(boundUsd));
    expect(had).toEqual([1, 0.75]);
    expect(holders).toEqual([
      { heldUsd: 0.25, hadAll: true },
      { heldUsd: 0.5, hadAll: false },
    ]);
    expect(budget.leftUsd).toBeCloseTo(0.25);
  });
});
