import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';

import { questionOf, splitRequests, submitOnce } from '../../../src/model/call/batch-api.js';
import type { BatchRequest, Notes, SubmissionNote } from '../../../src/model/call/batch-api.js';
import { ModelClients } from '../../../src/model/call/client.js';
import { startOfflineModel } from '@fanfold/offline-model';

const params = (prompt: string) => ({
  model: 'claude-sonnet-5-5',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: prompt }],
});
const requests: BatchRequest[] = [1, 2, 3].map((question) => ({ question, params: params(`Question ${question}?`) }));
const mark = 'a'.repeat(32);
const { signal } = new AbortController();

/** Notes of a worker that dies when it writes for the so manyeth time. */
class DyingNotes implements Notes {
  note: SubmissionNote | undefined;
  #writes = 0;

  constructor(readonly diesAt: number) {}

  async read(): Promise<SubmissionNote | undefined> {
    return this.note;
  }

  async write(note: SubmissionNote): Promise<void> {
    this.#writes += 1;
    if (this.#writes === this.diesAt) throw new Error('died');
    this.note = note;
  }
}

async function open(batchMs: number) {
  const model = await startOfflineModel({ batchMs });
  onTestFinished(() => model.stop());
  return { model, client: new ModelClients().anthropicOf({ apiKey: 'a key', baseURL: model.url }).streaming };
}

describe('a batch', () => {
  it('is submitted once though the worker dies before it has noted the id', async () => {
    const { model, client } = await open(0);
    const notes = new DyingNotes(2);
    await expect(submitOnce(client, mark, requests, notes, signal)).rejects.toThrow('died');
    const id = await submitOnce(client, mark, requests, notes, signal);
    expect(model.batches.map((batch) => batch.id)).toEqual([id]);
    expect(await submitOnce(client, mark, requests, notes, signal)).toBe(id);
  });

  it('is submitted when the worker died before the API had it', async () => {
    const { model, client } = await open(0);
    const notes = new DyingNotes(9);
    await notes.write({ atMs: Date.now(), requests: 3 });
    await submitOnce(client, mark, requests, notes, signal);
    expect(model.batches).toHaveLength(1);
  });

  it('is not taken for another of the same size', async () => {
    const { model, client } = await open(0);
    await submitOnce(client, 'b'.repeat(32), requests, new DyingNotes(9), signal);
    const notes = new DyingNotes(9);
    await notes.write({ atMs: Date.now(), requests: 3 });
    await submitOnce(client, mark, requests, notes, signal);
    expect(model.batches).toHaveLength(2);
  });

  it('is not submitted again while one that may be it is processed', async () => {
    const { model, client } = await open(60_000);
    const notes = new DyingNotes(2);
    await expect(submitOnce(client, mark, requests, notes, signal)).rejects.toThrow('died');
    await expect(submitOnce(client, mark, requests, notes, signal)).rejects.toMatchObject({ type: 'BatchUnknown' });
    expect(model.batches).toHaveLength(1);
  });
});

it('splits by count, in order, losing nothing', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 120_000 }), (count) => {
      const batches = splitRequests(Array.from({ length: count }, (_, question) => ({ question, params: params('') })));
      expect(batches.flat().map(({ question }) => question)).toEqual(
        Array.from({ length: count }, (_, index) => index),
      );
      for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(50_000);
      expect(batches.length).toBe(Math.ceil(count / 50_000));
    }),
    { numRuns: 5 },
  );
});

it('splits by bytes', () => {
  const large = params('x'.repeat(90_000_000));
  expect(splitRequests([1, 2, 3].map((question) => ({ question, params: large }))).map(({ length }) => length)).toEqual(
    [2, 1],
  );
});

it('knows its own questions by their ids', () => {
  expect(questionOf(`${mark}-17`, mark)).toBe(17);
  expect(questionOf(`${'b'.repeat(32)}-17`, mark)).toBeUndefined();
  expect(questionOf(`${mark}-x`, mark)).toBeUndefined();
});
