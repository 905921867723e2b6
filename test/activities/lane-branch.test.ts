import { CancelledFailure } from '@temporalio/common';
import { beforeEach, describe, expect, it } from 'vitest';

import { beatOf, cutBeat, ledgersOf } from '../../activities/lane/lane-beat.js';
import { runWithinBudget } from '../../activities/lane/lane-branch.js';
import type { LaneWork } from '../../activities/lane/lane-branch.js';
import { LaneItems } from '../../activities/lane/lane-items.js';
import { FanfoldError } from '../../src/contract/errors.js';
import type { Lane } from '../../src/contract/lanes.js';
import type { Ledger, ModelCall } from '../../src/contract/model-call.js';
import { noLedger } from '../../src/contract/outcome.js';
import type { LayerQuestion, Paid, Payer } from '../../src/model/layer/index.js';
import { Budget } from '../../src/plan/budget.js';
import { Secrets } from '../../src/secrets/index.js';

const model = 'claude-sonnet-5-5';
const usage = { inputTokens: 0, outputTokens: 500, cacheReadTokens: 0, cacheWriteTokens: 0 };

/** A question may cost somewhat more than a cent: a thousand tokens at 10 US dollars a million, and some of input. */
const call: ModelCall = {
  key: 'a',
  index: 7,
  offline: false,
  timeoutMs: 30_000,
  attempts: 3,
  inlineBytes: 100_000,
  queuedAtMs: 0,
  request: { model, maxTokens: 1_000, system: '', prompt: 'What is owed?' },
};

/** What the layer does when it is asked. */
let answers: (question: LayerQuestion, payer: Payer) => Promise<Paid>;
let asked: number;
let ledgers: Map<number, Ledger>;

beforeEach(() => {
  asked = 0;
  ledgers = new Map();
  answers = answeredBy(model);
});

/** An answer of 500 tokens, which is half a cent. */
const answeredBy = (by: string) => async (_: LayerQuestion, payer: Payer) => {
  payer.left(false);
  payer.ended({ modelMs: 5, model: by, usage, settled: true }, false);
  const message = { text: 'Nothing.', stopReason: 'end_turn', refusal: undefined, model: by, usage };
  return { message, from: 'api', savedUsd: 0 } as Paid;
};

function workWith(budgetUsd: number, part: Partial<LaneWork> = {}): LaneWork {
  const layer = {
    payOnce: (question: LayerQuestion, payer: Payer) => {
      asked += 1;
      return answers(question, payer);
    },
    paidBefore: async () => undefined,
  };
  return {
    lane: { run: 'run' } as Lane,
    share: { key: 'run' },
    budget: new Budget(budgetUsd),
    equipment: { settings: { store: {} }, layer, secrets: new Secrets(), cpu: {} } as unknown as LaneWork['equipment'],
    signal: new AbortController().signal,
    cuts: { isUntold: false, signalOf: () => ({ signal: new AbortController().signal, letGo: () => {} }) },
    begunBefore: new Map(),
    ledgers,
    rest: (wait) => wait(),
    cancelled: new Promise<never>(() => {}),
    ...part,
  };
}

describe('a branch of a lane with a budget', () => {
  it('spends what it has cost, and gives back the rest of what was set aside for all of its attempts', async () => {
    const work = workWith(1);
    let leftUsd = 1;
    answers = (question, payer) => {
      ({ leftUsd } = work.budget);
      return answeredBy(model)(question, payer);
    };
    expect(await runWithinBudget(call, work)).toMatchObject({ status: 'ok', costUsd: 0.005 });
    expect(1 - leftUsd).toBeGreaterThan(0.03);
    expect(1 - leftUsd).toBeLessThan(0.032);
    expect(work.budget.leftUsd).toBeCloseTo(0.995, 9);
  });

  it('is begun where one attempt fits though all of them do not, and not where none does', async () => {
    expect(await runWithinBudget(call, workWith(0.015))).toMatchObject({ status: 'ok' });
    const poor = workWith(0.009);
    expect(await runWithinBudget(call, poor)).toBeUndefined();
    expect([asked, poor.budget.leftUsd]).toEqual([1, 0.009]);
  });

  it('has spent all that was set aside where nobody knows what it has cost', async () => {
    const work = workWith(0.015);
    answers = answeredBy('made-up-model');
    expect(await runWithinBudget(call, work)).toMatchObject({ status: 'ok', costUsd: null });
    expect(work.budget.leftUsd).toBeLessThan(0.005);
  });

  it('is over budget where what was set aside is used up, and not asked again', async () => {
    const lost = { modelMs: 5, model, usage: undefined, settled: false };
    answers = async (_, payer) => {
      payer.checkReserve();
      payer.left(false);
      payer.ended(lost, false);
      throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNRESET' } });
    };
    const work = workWith(0.015, { rest: async () => undefined as never });
    const outcome = await runWithinBudget(call, work);
    expect(outcome).toMatchObject({ status: 'failed', error: { type: 'OverBudget' } });
    expect(outcome?.lostUsd).toBeGreaterThan(0.01);
    expect(0.015 - work.budget.leftUsd).toBeCloseTo(outcome?.lostUsd ?? 0, 9);
  });

  it('is not begun when the lane is cut while it waits for money', async () => {
    let cut = () => {};
    const cancelled = new Promise<never>((_, reject) => (cut = () => reject(new CancelledFailure('CANCELLED'))));
    const work = workWith(0.015, { cancelled });
    await work.budget.reserve(0.01, cancelled);
    const waiting = runWithinBudget(call, work);
    await new Promise((resolve) => setImmediate(resolve));
    cut();
    expect(await waiting).toBeUndefined();
    expect(asked).toBe(0);
  });

  it('tells its lane how its ledger stands while it is under way', async () => {
    const seen: (Ledger | undefined)[] = [];
    answers = (question, payer) => {
      // A second call beside the first is told at once.
      payer.left(false);
      payer.left(true);
      seen.push(ledgers.get(7));
      return answeredBy(model)(question, payer);
    };
    await runWithinBudget(call, workWith(Infinity));
    expect(seen).toEqual([expect.objectContaining({ attempts: 1, open: true, hedges: 1 })]);
  });

  it('goes on with what a lane before has spent on it', async () => {
    const begunBefore = new Map([[7, { ...noLedger, attempts: 1, costUsd: 0.25 }]]);
    expect(await runWithinBudget(call, workWith(Infinity, { begunBefore }))).toMatchObject({
      status: 'ok',
      attempts: 2,
      costUsd: 0.255,
    });
  });
});

describe('the beat of a lane', () => {
  const ledger = (part: Partial<Ledger>): Ledger => ({ ...noLedger, attempts: 1, ...part });
  const all = new Map<number, Ledger>([
    [1, ledger({})],
    [2, ledger({ attempts: 2, open: true })],
    [3, ledger({ costUsd: 0.1 })],
    [4, ledger({ lostUsd: 0.1, open: true })],
    [5, ledger({ costUsd: null })],
  ]);

  it('has the ledgers of those that have spent something, or have been tried before', () => {
    const { underWay, ledgers: told = {} } = beatOf([1, 2, 3], all);
    expect(underWay).toEqual([[1, 3]]);
    expect(Object.keys(told)).toEqual(['2', '3', '4', '5']);
    expect(beatOf([1], new Map([[1, ledger({})]]))).toEqual({ underWay: [[1, 1]] });
  });

  it('says at the end of a worker which calls go on elsewhere, and the next lane takes it up', () => {
    const beat = cutBeat(all);
    expect(beat.underWay).toEqual([
      [2, 2],
      [4, 4],
    ]);
    const begun = ledgersOf({ begunBefore: { underWay: [[4, 6]], ledgers: { 3: all.get(3)!, 4: all.get(4)! } } });
    expect([...begun].map(([index, { open, costUsd, lostUsd }]) => [index, open, costUsd, lostUsd])).toEqual([
      [3, false, 0.1, 0],
      [4, true, 0, 0.1],
      [5, true, 0, 0],
      [6, true, 0, 0],
    ]);
    expect(ledgersOf({})).toEqual(new Map());
  });
});

describe('the documents of chunks', () => {
  const chunk = { sha256: 'a', bytes: 1, count: 1 };

  it('are read once for all lanes that are at them, and anew after the last has ended', async () => {
    let reads = 0;
    const items = new LaneItems({ readText: async () => ((reads += 1), '[{"key":"a","text":"A."}]') });
    const [one, other] = [items.open(chunk), items.open(chunk)];
    expect(await one.items).toEqual([{ key: 'a', text: 'A.' }]);
    one.close();
    const third = items.open(chunk);
    expect([await third.items, reads]).toEqual([await other.items, 1]);
    other.close();
    third.close();
    await items.open(chunk).items;
    expect(reads).toBe(2);
  });

  it('are missing where the store lacks them; another fault is thrown', async () => {
    const missing = new FanfoldError('DocumentMissing', 'It is not there.');
    const lacking = new LaneItems({ readText: () => Promise.reject(missing) });
    expect(await lacking.open(chunk).items).toEqual({ missing });
    const gone = new LaneItems({ readText: () => Promise.reject(new Error('The disk is gone.')) });
    await expect(gone.open(chunk).items).rejects.toThrow('The disk is gone.');
  });
});
