import type Anthropic from '@anthropic-ai/sdk';
import { beforeEach, describe, expect, it } from 'vitest';

import type { BatchContext } from '../../activities/batch/batch-activity.js';
import { collect } from '../../activities/batch/collect.js';
import type { BatchQuestion, QuestionOrder } from '../../activities/batch/batch-order.js';
import { submit } from '../../activities/batch/submit.js';
import type { Entry, Spend } from '../../src/journal/index.js';
import type { splitRequests } from '../../src/model/call/batch-api.js';
import { Secrets } from '../../src/secrets/index.js';

interface Sent {
  id: string;
  requests: { custom_id: string; params: { messages: { content: string }[] } }[];
}

/** An API in memory, which has Message Batches and nothing else. */
class Api {
  readonly sent: Sent[] = [];
  /** Ids of those that have not ended. */
  readonly open = new Set<string>();
  /** What happens while a batch is on its way there. */
  arriving: (count: number) => void = () => {};
  /** The answer to a request; an error of the API where there is none. */
  says: (prompt: string) => string | undefined = (prompt) => `to ${prompt}`;

  readonly client = {
    messages: {
      batches: {
        create: async ({ requests }: Pick<Sent, 'requests'>, { signal }: { signal: AbortSignal }) => {
          this.arriving(this.sent.length + 1);
          signal.throwIfAborted();
          const id = `batch-${this.sent.length + 1}`;
          this.sent.push({ id, requests });
          return { id };
        },
        retrieve: async (id: string) => ({ processing_status: this.open.has(id) ? 'in_progress' : 'ended' }),
      },
    },
    get: (path: string) => ({ asResponse: async () => new Response(this.#resultsOf(path.split('/')[4] ?? '')) }),
  } as unknown as Anthropic;

  #resultsOf(id: string): string {
    const requests = this.sent.find((batch) => batch.id === id)?.requests ?? [];
    return requests
      .map(({ custom_id, params }) => {
        const text = this.says(params.messages[0]?.content ?? '');
        const usage = { input_tokens: 1_000_000, output_tokens: 0 };
        const message = { type: 'message', model, content: [{ type: 'text', text }], stop_reason: 'end_turn', usage };
        return JSON.stringify({
          custom_id,
          result: text === undefined ? { type: 'errored' } : { type: 'succeeded', message },
        });
      })
      .join('\n');
  }
}

const model = 'claude-sonnet-5-5';
const entries = new Map<string, Entry>();
const spent: { rows: readonly Spend[]; mark: string | undefined }[] = [];
let api: Api;
let run: AbortController;
let isCutByRun: boolean;

beforeEach(() => {
  entries.clear();
  spent.length = 0;
  api = new Api();
  run = new AbortController();
  isCutByRun = false;
});

function context(part: Partial<BatchContext> = {}): BatchContext {
  const journal = {
    get: async (key: string) => entries.get(key),
    put: async (key: string, entry: Entry) => void entries.set(key, entry),
    recordSpend: async (rows: readonly Spend[], mark?: string) => (spent.push({ rows, mark }), rows),
  };
  return {
    settings: { journal } as unknown as BatchContext['settings'],
    client: api.client,
    source: 'https://api.example',
    run: 'run/first',
    signal: run.signal,
    isCutByRun: () => isCutByRun,
    secrets: new Secrets(),
    isInLedger: true,
    ...part,
  };
}

function question(index: number, part: Partial<BatchQuestion> = {}): BatchQuestion {
  const body = { model, max_tokens: 9, messages: [{ role: 'user' as const, content: `question ${index}` }] };
  return { key: `q${index}`, index, body, format: undefined, mostUsd: () => 0.5, isForLane: false, ...part };
}

function orderOf(questions: BatchQuestion[], part: Partial<QuestionOrder> = {}): QuestionOrder {
  return { number: 0, run: 'first', freshSinceMs: 0, inlineBytes: 10_000, queuedAtMs: 0, questions, ...part };
}

const four = orderOf([0, 1, 2, 3].map((index) => question(index)));

/** As if the API took two requests a batch. */
const byTwo: typeof splitRequests = (requests) =>
  requests.length === 0 ? [] : [requests.slice(0, 2), ...byTwo(requests.slice(2))];

/** The run is cut, or its worker ends, while a batch is on its way. */
function cutAt(batch: number, byRun: boolean, fails = false): void {
  api.arriving = (count) => {
    if (count !== batch) return;
    isCutByRun = byRun;
    run.abort(new Error('CANCELLED'));
    if (fails) throw new Error('overloaded');
  };
}

describe('an order that is too large for one batch', () => {
  it('is submitted in several, each question once and each answer its own', async () => {
    const batches = await submit(four, context(), byTwo);
    expect(batches).toEqual([
      { id: 'batch-1', questions: [0, 1] },
      { id: 'batch-2', questions: [2, 3] },
    ]);
    const ids = api.sent.flatMap(({ requests }) => requests.map(({ custom_id }) => custom_id));
    expect(new Set(ids).size).toBe(4);
    const answers = await collect(four, batches, context());
    expect(answers.map(({ answer }) => answer?.output)).toEqual(
      [0, 1, 2, 3].map((index) => ({ inline: `to question ${index}` })),
    );
  });

  it('is not submitted again by whoever comes back to it', async () => {
    const batches = await submit(four, context(), byTwo);
    expect(await submit(four, context(), byTwo)).toEqual(batches);
    expect(api.sent).toHaveLength(2);
  });

  it('names what is submitted when its run is cut meanwhile, and submits no more', async () => {
    cutAt(1, true);
    expect(await submit(four, context(), byTwo)).toEqual([{ id: 'batch-1', questions: [0, 1] }]);
    expect(api.sent).toHaveLength(1);
  });

  it('names what is submitted, though the next fails when its run is cut: nobody else could stop it', async () => {
    cutAt(2, true, true);
    expect(await submit(four, context(), byTwo)).toEqual([{ id: 'batch-1', questions: [0, 1] }]);
  });

  it('is left to another worker where this one ends: that submits the rest, and nothing twice', async () => {
    cutAt(1, false);
    await expect(submit(four, context(), byTwo)).rejects.toThrow('CANCELLED');
    run = new AbortController();
    const batches = await submit(four, context(), byTwo);
    expect(batches.map(({ questions }) => questions)).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(api.sent).toHaveLength(2);
  });

  it('fails where a batch fails and nobody has cut it', async () => {
    api.arriving = (count) => {
      if (count === 2) throw new Error('overloaded');
    };
    await expect(submit(four, context(), byTwo)).rejects.toThrow('overloaded');
  });

  it('has a bound for each batch, where a budget holds', async () => {
    const questions = [0.1, 0.2, 0.4, 0.8].map((boundUsd, index) => question(index, { boundUsd }));
    const batches = await submit(orderOf(questions, { budgetUsd: 1 }), context(), byTwo);
    expect(batches.map(({ questions: those }) => those)).toEqual([[0, 1], [2]]);
    expect(batches.map(({ boundUsd }) => boundUsd?.toFixed(2))).toEqual(['0.30', '0.40']);
  });
});

describe('an order', () => {
  it('asks the same question once, and what a lane is to ask not at all', async () => {
    const same = question(2, { body: question(0).body });
    const order = orderOf([question(0), question(1, { isForLane: true }), same]);
    expect(await submit(order, context())).toEqual([{ id: 'batch-1', questions: [0] }]);
    const answers = await collect(order, [{ id: 'batch-1', questions: [0] }], context());
    expect(answers.map(({ answer }) => [answer?.reused, answer?.ledger.costUsd, answer?.savedUsd])).toEqual([
      [false, 1, 0],
      [undefined, undefined, undefined],
      [true, 0, 1],
    ]);
  });

  it('asks again what the journal has from before, where answers are to be fresh', async () => {
    await collect(four, await submit(four, context()), context());
    const later = orderOf(four.questions, { number: 1 });
    expect(await submit(later, context())).toEqual([]);
    const freshSinceMs = Date.now() + 1_000;
    expect(await submit({ ...later, freshSinceMs }, context())).toMatchObject([{ questions: [0, 1, 2, 3] }]);
    const answers = await collect({ ...later, freshSinceMs }, [], context());
    expect(answers).toEqual([{}, {}, {}, {}]);
  });

  it('keeps each answer at half the price, and writes down what its batch cost, once whoever tells it', async () => {
    const batches = await submit(four, context(), byTwo);
    api.says = (prompt) => (prompt === 'question 3' ? undefined : `to ${prompt}`);
    for (const times of [1, 2]) {
      const answers = await collect(four, batches, context());
      // A million tokens at 2 US dollars, of which a batch costs half.
      expect(answers.map(({ answer }) => answer?.ledger.costUsd)).toEqual([1, 1, 1, undefined]);
      expect(spent).toHaveLength(2 * times);
    }
    const kept = [...entries.values()].filter(({ model: by }) => by === model);
    expect(kept.map(({ answer, costUsd, askedBy }) => [answer, costUsd, askedBy])).toEqual(
      [0, 1, 2].map((index) => [`to question ${index}`, 1, 'run/first']),
    );
    expect(spent.map(({ rows }) => rows.map(({ calls, costUsd }) => [calls, costUsd]))).toEqual([
      [[2, 2]],
      [[1, 1]],
      [[2, 2]],
      [[1, 1]],
    ]);
    expect(new Set(spent.map(({ mark }) => mark)).size).toBe(2);
    expect(spent.every(({ mark }) => mark !== undefined)).toBe(true);
    await collect(four, batches, context({ isInLedger: false }));
    expect(spent).toHaveLength(4);
  });

  it('leaves an answer that does not fit its schema to be asked for once more, with its cost, and does not keep it', async () => {
    const fit = async (value: unknown) =>
      value === 2 ? { unchecked: 'It took too long.' } : { misfit: value === 1 ? undefined : 'no 1' };
    const format = { wire: {}, valueOf: (json: unknown) => json, fit };
    const order = orderOf([0, 1, 2].map((index) => question(index, { format })));
    api.says = (prompt) => prompt.slice(-1);
    const answers = await collect(order, await submit(order, context()), context());
    expect(answers.map(({ answer, ledger }) => [answer?.status, ledger?.costUsd ?? answer?.ledger.costUsd])).toEqual([
      [undefined, 1],
      ['ok', 1],
      ['invalid', 1],
    ]);
    expect([...entries.values()].flatMap(({ answer, model: by }) => (by === model ? [answer] : []))).toEqual([
      '1',
      '2',
    ]);
  });

  it('counts as lost what may yet come of a batch that has not ended', async () => {
    const batches = await submit(orderOf([...four.questions, question(4, { mostUsd: () => null })]), context(), byTwo);
    api.open.add('batch-2').add('batch-3');
    const order = orderOf([...four.questions, question(4, { mostUsd: () => null })]);
    const answers = await collect(order, batches, context());
    expect(answers.map(({ answer, ledger }) => [answer?.status, ledger?.lostUsd, ledger?.costUsd])).toEqual([
      ['ok', undefined, undefined],
      ['ok', undefined, undefined],
      [undefined, 0.5, 0],
      [undefined, 0.5, 0],
      [undefined, 0, null],
    ]);
  });
});
