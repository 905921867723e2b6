import { expect, it } from 'vitest';

import { orderOfBranches, orderOfChunk } from '../../activities/batch/batch-order.js';
import { FanfoldError } from '../../src/contract/errors.js';
import type { ModelRequest } from '../../src/contract/model-request.js';
import type { Chunk, ChunkOrder, Item } from '../../src/contract/lanes.js';
import type { CpuPool } from '../../src/cpu/index.js';

const template = { model: 'claude-sonnet-5-5', maxTokens: 1_000, system: 'Be brief.', prompt: 'What is owed?' };
const missing = new FanfoldError('DocumentMissing', 'It is not there.');
const texts = new Map<string, string>();

const surroundings = {
  store: {
    readText: async ({ sha256 }: { sha256: string }) => {
      const text = texts.get(sha256);
      if (text === undefined) throw sha256 === 'gone' ? new Error('The disk is gone.') : missing;
      return text;
    },
    readBytes: () => Promise.reject(missing),
  },
  cpu: {} as CpuPool,
  run: 'run',
  modelFor: (model: string) => model,
};

const branches = (...requests: Partial<ModelRequest>[]) =>
  orderOfBranches(
    {
      number: 0,
      offline: false,
      inlineBytes: 9,
      queuedAtMs: 0,
      document: { inline: 'What all share.' },
      questions: requests.map((request, index) => ({ key: `q${index}`, index, request: { ...template, ...request } })),
    },
    surroundings,
  );

it('asks each about its own document, or about that of all, and marks none for the prompt cache', async () => {
  const document = { inline: 'A document. '.repeat(2_000) };
  const { questions } = await branches({ document, cacheDocument: true }, { cacheDocument: true, sample: 3 });
  const [own, shared] = questions.map(({ body }) => JSON.stringify(body));
  expect([own?.includes('A document.'), own?.includes('What all share.')]).toEqual([true, false]);
  expect(shared).toContain('What all share.');
  expect(`${own}${shared}`).not.toContain('cache_control');
  expect(questions.map(({ sample, isForLane }) => [sample, isForLane])).toEqual([
    [undefined, false],
    [3, false],
  ]);
});

it('leaves to a lane what is to be read in parts, and what the store lacks; another fault is thrown', async () => {
  const { questions } = await branches(
    { foldOver: 2 },
    { document: { sha256: 'lacking', bytes: 5 } },
    { foldOver: 9_000 },
  );
  expect(questions.map(({ isForLane }) => isForLane)).toEqual([true, true, false]);
  await expect(branches({ document: { sha256: 'gone', bytes: 5 } })).rejects.toThrow('The disk is gone.');
});

it('refuses a model of a provider that has no batches', async () => {
  await expect(branches({ model: 'openai:gpt-5' })).rejects.toMatchObject({ type: 'BadRequest' });
});

it('asks about the documents of a chunk that it is given, each with its bound where a budget holds', async () => {
  const items: Item[] = [
    { key: 'a', text: 'Of a.' },
    { key: 'b', text: '', unreadable: 'It is locked.' },
    { key: 'c', text: '', file: { sha256: 'lacking', bytes: 5, mediaType: 'application/pdf', name: 'c.pdf' } as never },
    { key: 'd', text: 'Of d.' },
  ];
  texts.set('chunk', JSON.stringify(items));
  const chunk: Chunk = { sha256: 'chunk', bytes: 5, count: 4 };
  const order: ChunkOrder = {
    number: 2,
    chunk,
    firstIndex: 10,
    places: [
      [1, 2],
      [3, 3],
    ],
    template,
    offline: false,
    queuedAtMs: 0,
  };
  const told = async (part: Partial<ChunkOrder>) => (await orderOfChunk({ ...order, ...part }, surroundings)).questions;
  const plain = await told({});
  expect(plain.map(({ key, index, isForLane, boundUsd }) => [key, index, isForLane, boundUsd])).toEqual([
    ['b', 11, true, undefined],
    ['c', 12, true, undefined],
    ['d', 13, false, undefined],
  ]);
  const [, , bounded] = await told({ budgetUsd: 1 });
  // A thousand tokens at 10 US dollars a million, and some of input; in the batch at half of that.
  expect(bounded?.boundUsd).toBeGreaterThan(0.01);
  expect(bounded?.boundUsd).toBeLessThan(0.011);
  expect(bounded?.mostUsd()).toBeCloseTo((bounded?.boundUsd ?? 0) / 2, 9);
  expect(await told({ chunk: { ...chunk, sha256: 'lacking' } })).toEqual([]);
});
