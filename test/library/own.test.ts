import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { placeRows, readRows } from '../../src/client/index.js';
import { mockAsk } from '../../src/plugin/testing.js';
import type { AskedQuestion, MockPlugin } from '../../src/plugin/testing.js';
import { startTemporal } from '../support/temporal.js';
import type * as own from './own.workflow.js';
import { listOf, type NameOf } from './reading.js';
import { testSteered } from './steered-lanes.js';

type Workflows = typeof own;
type Name = NameOf<Workflows>;

let environment: TestWorkflowEnvironment;
let workflowBundle: { code: string };
const asked: AskedQuestion[] = [];

/** Says the prompt; a judge takes the first, and a failing question fails. */
function answer(question: AskedQuestion): unknown {
  asked.push(question);
  if (question.prompt.includes('fails')) throw new Error('No answer to that.');
  if (question.prompt.includes('never')) return new Promise(() => {});
  if (question.prompt === 'large') return 'x'.repeat(10_000);
  const { properties } = (question.outputSchema ?? {}) as { properties?: object };
  if (properties === undefined) return `to ${question.prompt || 'parts'}`;
  return 'best' in properties ? { reason: 'It is first.', best: 'A' } : { amount: '100 euros', by: 'May' };
}

beforeAll(async () => {
  environment = await startTemporal();
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./own.workflow.ts', import.meta.url)),
    plugins: [mockAsk(answer)],
    logger: new DefaultLogger('ERROR'),
  });
});

afterAll(() => environment.teardown());

it('has nothing in its bundle of the library that its schemas are written in', () => {
  const code = workflowBundle.code.replaceAll(/base64,[\w+/=]+/g, '');
  expect(code).toContain('What is owed, and by when?');
  expect(code).not.toContain('ZodString');
});

describe.each([
  { mode: 'cached', maxCachedWorkflows: 10 },
  { mode: 'always replaying', maxCachedWorkflows: 0 },
])('a workflow of one’s own, $mode', ({ mode, maxCachedWorkflows }) => {
  let worker: Worker;
  let mock: MockPlugin;
  let running: Promise<void>;

  beforeAll(async () => {
    mock = mockAsk(answer);
    worker = await Worker.create({
      connection: environment.nativeConnection,
      namespace: environment.namespace ?? 'default',
      taskQueue: mode,
      workflowBundle,
      maxCachedWorkflows,
      activities: {
        countWords: async (text: string) => text.split(' ').length,
        fail: async () => {
          throw new Error('It fails.');
        },
      },
      plugins: [mock],
    });
    running = worker.run();
  });

  afterAll(async () => {
    worker.shutdown();
    await running;
  });

  function execute<Each extends Name>(name: Each, ...args: Parameters<Workflows[Each]>) {
    return environment.client.workflow.execute<Workflows[Each]>(name, {
      workflowId: `${name}-${randomUUID()}`,
      taskQueue: mode,
      args: args as never,
    }) as ReturnType<Workflows[Each]>;
  }

  it('fans out to the model, an activity and a workflow, typed by key, in completion and in input order', async () => {
    const { amount, words, deep, order } = await execute('review', 'The supplier owes 100 euros.');
    expect(amount).toBe('100 euros');
    expect(words).toMatchObject({ status: 'ok', output: 5, index: 1 });
    expect(deep).toMatchObject({ status: 'ok', output: { length: 28 } });
    expect(order.toSorted()).toEqual(['deep', 'owed', 'words']);
  });

  it('fans out over items, with their place or a name of theirs as key', async () => {
    const { outcomes } = await execute('overItems', ['x', 'it fails']);
    expect(outcomes).toEqual(['0 ok "to 0: x"', '1 failed: MockFailed']);
    const { dict } = await execute('overItems', ['x', 'y'], { byItem: true });
    expect(dict).toEqual({ x: 'to 0: x', y: 'to 1: y' });
  });

  it('carries more than 50 questions in lanes, with the same outcomes in the same order', async () => {
    const items = Array.from({ length: 120 }, (_, at) => (at === 7 ? 'fails' : `item ${at}`));
    const { outcomes, order } = await execute('overItems', items, { budget: 1 });
    expect(outcomes).toEqual(
      items.map((item, at) => (at === 7 ? '7 failed: MockFailed' : `${at} ok "to ${at}: ${item}"`)),
    );
    expect(order.toSorted((one, other) => Number(one) - Number(other))).toEqual(items.map((_, at) => String(at)));
  });

  it('asks about every row of the store once, and has counts; outcomes are read outside, in input order', async () => {
    const texts = Array.from({ length: 600 }, (_, at) => (at === 407 ? 'what fails' : `message ${at}`));
    const given = texts.map((text, at) => (at === 300 ? { other: text } : { text })) as own.Message[];
    const rows = await placeRows(given, mock.store, { key: (_, at) => `row ${at}` });
    const outcome = await execute('overRows', rows);
    if (outcome.status !== 'ok') throw new Error(outcome.error.message);
    const { answered, ...told } = outcome.output;
    expect(told).toEqual({ status: 'partial', total: 600, counts: { ok: 598, failed: 2 }, costUsd: 0 });
    // Rows and answers are in the store.
    expect(JSON.stringify(outcome)).not.toMatch(/message \d/);
    expect(JSON.stringify(outcome)).not.toContain('100 euros');
    const read = await listOf(readRows(answered, mock.store));
    expect(read.map(({ row }) => row)).toEqual(given);
    expect(read.map(({ outcome: { key, index } }) => `${key} at ${index}`)).toEqual(
      texts.map((_, at) => `row ${at} at ${at}`),
    );
    const [first, , lacking] = [read[0]!, read[1]!, read[300]!];
    expect(first.outcome.status === 'ok' && first.outcome.output.amount).toBe('100 euros');
    expect(lacking.outcome).toMatchObject({
      error: {
        type: 'DocumentUnreadable',
        message: expect.stringMatching(
          /^Prompt: Expected a column `text`, which the prompt names, got "other"/,
        ) as string,
      },
    });
    expect(read[407]?.outcome).toMatchObject({ status: 'failed', error: { type: 'MockFailed' } });
    const last = await listOf(readRows(answered, mock.store, { from: 598 }));
    expect(last.map(({ outcome: { key } }) => key)).toEqual(['row 598', 'row 599']);
  });

  it('asks several times about a row: for a list of answers, or for the vote over them', async () => {
    const texts = [...Array.from({ length: 60 }, (_, at) => `several ${at}`), 'it fails'];
    const rows = await placeRows(
      texts.map((text) => ({ text })),
      mock.store,
      { key: (_, at) => `row ${at}` },
    );
    const listed = await execute('overRows', rows, { samples: 3 } as never);
    expect(listed).toMatchObject({ output: { status: 'partial', total: 61, counts: { ok: 180, failed: 3 } } });
    const answered = listed.status === 'ok' ? listed.output.answered : undefined;
    const read = await listOf(readRows(answered!, mock.store, { from: 58 }));
    const owed = { amount: '100 euros', by: 'May' };
    expect(read.map(({ row, outcome }) => [row.text, outcome.key, outcome.index, outcome.status])).toEqual([
      ['several 58', 'row 58', 58, 'ok'],
      ['several 59', 'row 59', 59, 'ok'],
      ['it fails', 'row 60', 60, 'failed'],
    ]);
    expect(read[0]).toMatchObject({ outcome: { output: [owed, owed, owed], attempts: 3 } });
    expect(read[2]?.samples?.map(({ key, status }) => `${key} ${status}`)).toEqual(
      [1, 2, 3].map((sample) => `row 60#${sample} failed`),
    );
    const voted = await execute('overRows', rows, { samples: 2, vote: 'amount' } as never);
    const [first] = await listOf(readRows(voted.status === 'ok' ? voted.output.answered : answered!, mock.store));
    expect(first).toMatchObject({ outcome: { output: owed }, vote: { votes: 2, of: 2, tied: false } });
  });

  it('has the counts of rows whose deadline came, whose join was decided or of which there are none', async () => {
    const given = ['at once', ...Array.from({ length: 30 }, () => 'never')].map((text) => ({ text }));
    const rows = await placeRows(given, mock.store);
    const late = await execute('overRows', rows, { deadline: '1s', budget: 1 });
    expect(late).toMatchObject({ status: 'ok', output: { status: 'partial', counts: { ok: 1, late: 30 } } });
    const answered = late.status === 'ok' ? late.output.answered : undefined;
    const statuses = (await listOf(readRows(answered!, mock.store))).map(({ outcome }) => outcome.status);
    expect(statuses).toEqual(['ok', ...Array.from({ length: 30 }, () => 'late')]);
    const none = await execute('overRows', await placeRows([{ text: 'it fails' }], mock.store));
    expect(none).toMatchObject({ status: 'ok', output: { status: 'failed', counts: { failed: 1 } } });
    const empty = await execute('overRows', await placeRows<own.Message>([], mock.store));
    expect(empty).toMatchObject({ status: 'ok', output: { status: 'complete', total: 0, counts: {} } });
  });

  it.each([
    [{ rows: 5 }, /^Expected `rows` to be what `placeRows` of fanfold gives, got `5`\.$/],
    [{ prompt: 'Open {{' }, /^Prompt: /],
    [{ vote: true }, 'Expected several `samples` where there is a `vote`, got 1.'],
    [{ samples: 1.5 }, /^Expected `samples` to be a whole number/],
    [{ samples: 2, vote: 'price' }, /^Expected `vote` to be a field of the answer, amount, by, got `price`/],
    [{ quorum: 2 }, 'Expected `join` to be quorum where `quorum` is given, got `settled`.'],
    [{ document: 'x' }, /^Expected options of `mapRows` to be among rows, prompt, .*, got `document`\.$/],
  ])('ends with BadInput where rows are asked about with %o', async (options, message) => {
    const rows = await placeRows([{ text: 'x' }], mock.store);
    await expect(execute('overRows', rows, options as never)).rejects.toMatchObject({
      cause: { type: 'BadInput', message: typeof message === 'string' ? message : expect.stringMatching(message) },
    });
  });

  it('keeps an activity narrow beside questions in lanes', async () => {
    const outcomes = await execute('mixed', 60);
    expect(outcomes).toHaveLength(61);
    expect([outcomes[59], outcomes[60]]).toEqual(['59 ok "to question 59"', '60 ok 2']);
  });

  it('joins and is cut in lanes as it is beside them', async () => {
    const items = ['at once', ...Array.from({ length: 60 }, () => 'never')];
    const first = await execute('overItems', items, { join: 'first' });
    expect([first.outcomes[0], first.outcomes[60]]).toEqual(['0 ok "to 0: at once"', '60 cancelled: Cancelled']);
    const late = await execute('overItems', items, { deadline: '2s' });
    expect([late.outcomes[0], late.outcomes[60]]).toEqual(['0 ok "to 0: at once"', '60 late: Late']);
    const beside = await execute('mixed', 60, { join: 'first', prompt: 'never' });
    expect([beside[0], beside[60]]).toEqual(['0 cancelled: Cancelled', '60 ok 2']);
  });

  testSteered(() => ({ client: environment.client, taskQueue: mode, store: mock.store, asked }));

  it('lets a branch fan out in its turn, and a key be used again', async () => {
    asked.length = 0;
    expect(await execute('nested')).toEqual([
      'both ok {"a":"to inner a","b":"to inner b"}',
      'again ok {"a":"to again"}',
      'a ok "to outer a"',
      'a ok "to outer a"',
    ]);
    expect(asked.map(({ key }) => key).toSorted()).toEqual(['a', 'a (2)', 'again/a', 'both/a', 'both/b']);
  });

  it('selects, by judges or in code, and makes one text, of the outcomes that are ok', async () => {
    expect(await execute('folded')).toEqual({
      chosen: 'one',
      votes: { one: 1, three: 1 },
      text: 'synthesis ok "to parts"',
      longest: 'three',
    });
  });

  it('gives a reference where one is asked for, and its value', async () => {
    expect(await execute('byReference')).toEqual({ bytes: 10_002, text: 'xxxxxxxxxx' });
  });

  it('is cancelled with its workflow', async () => {
    const handle = await environment.client.workflow.start('held', { workflowId: randomUUID(), taskQueue: mode });
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
  });

  it('joins: the first cuts the rest, and the answer may be amended', async () => {
    const first = await execute('joined', { join: 'first' });
    expect(first.outcomes).toEqual(['fast ok "to fast"', 'slow cancelled: Cancelled']);
    const amended = await execute('joined', { deadline: '1s', late: 'amend' });
    expect(amended.answer[1]).toBe('slow late: Late');
    expect(amended.outcomes[1]).toBe('slow ok undefined');
    const late = await execute('joined', { deadline: 1_000 });
    expect(late.outcomes[1]).toBe('slow late: Late');
    expect(late.followed).toEqual(late.outcomes);
  });

  it.each([
    ['nothing', [[], [], {}]],
    ['concurrency Infinity', { a: 'to a' }],
    ['own under a budget', { words: 3 }],
    ['own too dear', 'words skipped: OverBudget'],
    ['own timeout', 'slow timed-out: TimedOut'],
    ['own attempts', ['own ok 3', 3, 'failing failed: Error', 1]],
    ['a child that fails', [expect.stringMatching(/^BadInput: Expected `concurrency` to be/), 'Error: It fails.']],
    ['own cut', ['Cancelled: The branch was cancelled.', 'Cancelled: The branch was cancelled.']],
    ['names of Object.prototype', [['constructor', '__proto__', 'toString'], ['constructor', 'toString'], 'ok']],
  ])('does not fall into the trap of %s', async (name, expected) => {
    expect(await execute('trap', name)).toEqual(expected);
  });

  it.each([
    ['same key', 'Expected every key once, got `same` twice.'],
    ['concurrency 0', 'Expected `concurrency` to be a whole number, 1 or more, got `0`.'],
    ['__proto__', 'Expected branches to be a plain object or a list, got an object with a prototype of its own.'],
    ['promise', /got a promise\. It has begun already: give a function that begins it\.$/],
    ['wrong option', /^Expected options of `fanOut` to be among join, .*, got `deadlineMs`\.$/],
    ['wrong priority', 'Expected `priority.priorityKey` to be a whole number from 1, which goes first, to 5, got `9`.'],
    ['wrong join', 'Expected `join` to be one of all, settled, quorum, first, got `most`.'],
    ['wrong duration', /^Expected `deadline` to be milliseconds or a duration such as 500ms, .*, got `"soon"`\.$/],
    ['wrong budget', 'Expected `budget` to be US dollars, more than 0, got `"0.5"`.'],
    ['wrong prompt', 'Expected `prompt` to be a text, got `5`.'],
    ['empty prompt', 'Expected `prompt` to be a text, got `" "`.'],
    ['wrong model', /^Expected `model` to be /],
    ['wrong schema', /^Output schema, at the top: /],
    ['wrong schema by hand', /^Output schema, at the top: /],
    ['wrong output', /^Expected `output` to be made by `output` of fanfold\/output/],
  ])('ends with BadInput, at once, for %s', async (name, message) => {
    const expected = {
      cause: { type: 'BadInput', message: typeof message === 'string' ? message : expect.stringMatching(message) },
    };
    await expect(execute('trap', name)).rejects.toMatchObject(expected);
  });
});
