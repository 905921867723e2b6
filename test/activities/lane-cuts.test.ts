import { CancelledFailure } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { HandingBack } from '../../activities/lane/hand-back.js';
import { LaneCuts } from '../../activities/lane/lane-cuts.js';
import type { GivenBack, LaneBranches } from '../../activities/lane/lane-branches.js';
import type { HandBack, LaneCuts as Told } from '../../src/contract/lane-messages.js';
import { cutByKey } from '../../src/contract/outcome.js';
import { Budget } from '../../src/plan/budget.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const passes = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('a lane that is told to stop', () => {
  /** A lane of two branches, the workflow of which says so each time that it is asked; the last again and again. */
  function toldToStop(answers: (() => Promise<Told>)[], reason: Error = new CancelledFailure('CANCELLED')) {
    const told = new AbortController();
    let asked = 0;
    const ask = () => {
      asked += 1;
      return (answers[asked - 1] ?? answers.at(-1)!)();
    };
    const cuts = new LaneCuts({ firstIndex: 10 }, told.signal, {}, ask);
    const [one, other] = [cuts.signalOf(10).signal, cuts.signalOf(11).signal];
    told.abort(reason);
    const state = () => [cuts.signal, one, other].map(({ aborted }) => aborted);
    return { cuts, one, state, asked: () => asked };
  }

  it('cuts the branches that are meant and leaves the others alone, now and later (LaneCuts-1, LaneCuts-2)', async () => {
    const lane = toldToStop([async () => [[10, 10]], async () => [[10, 11]]]);
    await passes(10);
    expect(lane.state()).toEqual([false, true, false]);
    expect(lane.one.reason).toMatchObject({ name: 'CancelledFailure', message: cutByKey });
    await passes(500);
    expect(lane.state()).toEqual([false, true, true]);
    // One that begins now is cut from its beginning.
    expect(lane.cuts.signalOf(11).signal.aborted).toBe(true);
    expect(lane.cuts.signalOf(12).signal.aborted).toBe(false);
    lane.cuts.stop();
    const before = lane.asked();
    await passes(5_000);
    expect(lane.asked()).toBe(before);
  });

  it.each<[string, () => Promise<Told>, isUntold: boolean]>([
    ['means all of them', async () => null, false],
    ['fails', () => Promise.reject(new Error('It is gone.')), true],
    ['says nothing', () => new Promise(() => {}), true],
  ])('cuts all where its workflow %s, and knows whether that was meant (LaneCuts-1)', async (_, answer, isUntold) => {
    const lane = toldToStop([answer]);
    await passes(1_000);
    expect(lane.state()).toEqual([true, true, true]);
    expect(lane.cuts.signal.reason).toMatchObject({ message: 'CANCELLED' });
    expect(lane.cuts.isUntold).toBe(isUntold);
  });

  it('goes on where a later question fails, and asks again: all may be cut yet (LaneCuts-2)', async () => {
    const answers = [async () => [], () => Promise.reject(new Error('It is busy.')), async () => null];
    const lane = toldToStop(answers);
    await passes(900);
    expect([lane.asked(), lane.state()]).toEqual([2, [false, false, false]]);
    await passes(500);
    expect(lane.state()).toEqual([true, true, true]);
  });

  it('asks nobody where its worker ends', async () => {
    const lane = toldToStop([async () => []], new CancelledFailure('WORKER_SHUTDOWN'));
    expect([lane.asked(), lane.state()]).toEqual([0, [true, true, true]]);
  });

  it('has branches that were cut before it began', () => {
    const cuts = new LaneCuts({ firstIndex: 10, cut: [[1, 1]] }, new AbortController().signal, {}, async () => null);
    cuts.add({ firstIndex: 50, cut: [[0, 0]] });
    expect([10, 11, 50].map((index) => cuts.signalOf(index).signal.aborted)).toEqual([false, true, true]);
  });
});

describe('a lane that hands back', () => {
  const given: GivenBack = { places: [3, 4], width: 2, cap: Infinity };

  /** A lane of eight documents not begun that gives two of them up, once or again and again. */
  function handing(tell: (handBack: HandBack) => Promise<void>, budget: Budget, again = false) {
    let times = 0;
    const branches = {
      left: 8,
      paceMs: 70,
      handBack: () => {
        times += 1;
        return times === 1 || again ? given : undefined;
      },
    } as unknown as LaneBranches;
    const parts = {
      told: (places: readonly number[]) => ({ left: [[places[0]!, places.at(-1)!]] as [[number, number]] }),
    };
    return new HandingBack({ handsBack: true }, branches, parts, budget, tell);
  }

  it('gives money along in the share of the documents, and has it no more (HandBack-2)', async () => {
    const told: HandBack[] = [];
    const budget = new Budget(1);
    const back = handing(async (handBack) => void told.push(handBack), budget);
    await passes(5_000);
    expect(told).toEqual([{ left: [[3, 4]], width: 2, cap: Number.MAX_SAFE_INTEGER, paceMs: 70, usd: 0.25 }]);
    expect(budget.leftUsd).toBe(0.75);
    expect(await back.rest()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tells it again by the same name until it has arrived, and gives up nothing else meanwhile (HandBack-1)', async () => {
    const told: HandBack[] = [];
    const back = handing(
      async (handBack) => {
        told.push(handBack);
        if (told.length < 3) throw new Error('The workflow is busy.');
      },
      new Budget(Infinity),
      true,
    );
    await passes(500);
    expect([told.length, back.isTelling]).toEqual([1, true]);
    await passes(500);
    expect(told).toHaveLength(2);
    await passes(500);
    expect([told.length, new Set(told).size]).toEqual([3, 1]);
    expect(back.isTelling).toBe(false);
    expect(told[0]).not.toHaveProperty('usd');
    await passes(500);
    expect([told.length, new Set(told).size]).toEqual([4, 2]);
    back.stop();
  });

  it('has at its end what it could not tell, once what is on its way has arrived (HandBack-1)', async () => {
    let arrive: (error: Error) => void = () => {};
    const back = handing(() => new Promise((_, reject) => (arrive = reject)), new Budget(1));
    await passes(500);
    let rest: unknown = 'none';
    const ending = back.rest().then((left) => (rest = left));
    await passes(10);
    expect(rest).toBe('none');
    arrive(new Error('It is gone.'));
    await ending;
    expect(rest).toEqual([[3, 4]]);
  });

  it('does so only where its workflow takes it', async () => {
    const tell = vi.fn<() => Promise<void>>(async () => {});
    const back = new HandingBack({}, {} as LaneBranches, { told: () => ({ left: [] }) }, new Budget(1), tell);
    await passes(5_000);
    expect([tell.mock.calls.length, vi.getTimerCount(), await back.rest()]).toEqual([0, 0, []]);
  });
});
