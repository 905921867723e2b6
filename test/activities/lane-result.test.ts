import { expect, it } from 'vitest';

import type { BatchQuestion, QuestionOrder } from '../../activities/batch/batch-order.js';
import { laneResultOf } from '../../activities/batch/lane-result.js';
import type { BatchAnswer, SubmittedBatch } from '../../src/contract/activities.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import type { ChunkOrder } from '../../src/contract/lanes.js';
import type { Ledger } from '../../src/contract/model-call.js';
import { noLedger } from '../../src/contract/outcome.js';

const model = 'claude-sonnet-5-5';

const questions = [10, 11, 12].map((index) => ({ key: `q${index}`, index, isForLane: false }) as BatchQuestion);
const orderOf = (those: BatchQuestion[]) => ({ queuedAtMs: 0, questions: those }) as QuestionOrder;
const ledger: Ledger = { ...noLedger, costUsd: 0.25, lostUsd: 0.5 };
const answer: BatchAnswer['answer'] = {
  status: 'ok',
  output: { inline: 'x' },
  model,
  ledger,
  reused: false,
  savedUsd: 0,
  finishedAtMs: 5,
};
const put: string[] = [];
const store = {
  putText: async (text: string) => {
    put.push(text);
    return { sha256: 'a'.repeat(64), bytes: text.length };
  },
} as unknown as Parameters<typeof laneResultOf>[4]['store'];

/** The first is answered, the second is not and has cost something, and the third was not submitted. */
const resultOf = (part: Partial<ChunkOrder>) =>
  laneResultOf(
    { firstIndex: 10, places: [[0, 2]], ...part } as ChunkOrder,
    orderOf(questions),
    [{ id: 'batch-1', questions: [0, 1] } as SubmittedBatch],
    [{ answer }, { ledger }, {}],
    { store },
  );

it('leaves to a lane documents of a chunk that are not answered, with what they have cost', async () => {
  const { rest, ...others } = await resultOf({});
  expect(others).toEqual({ left: [[1, 2]], why: 'done', begun: { underWay: [], ledgers: { 11: ledger } } });
  expect(rest).toMatchObject({ indices: [[10, 10]], tally: { costUsd: 0.25, ended: 1 } });
});

it('tells apart, where a budget holds, documents that were not submitted for want of money; what others have cost is spent', async () => {
  const { rest: _, ...others } = await resultOf({ budgetUsd: 1 });
  expect(others).toEqual({ left: [[1, 1]], why: 'over budget', withheld: [[2, 2]], unfitUsd: 0.75 });
});

it('has an outcome for a document that has cost something where the run is cut', async () => {
  put.length = 0;
  const { rest, ...others } = await resultOf({ isCut: true });
  expect(others).toEqual({ left: [[2, 2]], why: 'done' });
  expect(rest).toMatchObject({ indices: [[10, 11]], failed: { cancelled: [[11, 11]] }, tally: { lostUsd: 1 } });
  const stored = JSON.parse(put[0] ?? '[]') as StoredBranch[];
  expect(stored.map(({ key, status, costUsd, lostUsd }) => [key, status, costUsd, lostUsd])).toEqual([
    ['q10', 'ok', 0.25, 0.5],
    ['q11', 'cancelled', 0.25, 0.5],
  ]);
});

it('leaves all documents to a lane where the store lacks the chunk', async () => {
  const order = { firstIndex: 10, places: [[0, 2]] } as unknown as ChunkOrder;
  expect(await laneResultOf(order, orderOf([]), [], [], { store })).toEqual({
    rest: null,
    left: [[0, 2]],
    why: 'done',
  });
});
