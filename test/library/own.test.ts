import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { mockAsk } from '../../src/plugin/testing.js';
import type { AskedQuestion } from '../../src/plugin/testing.js';
import { startTemporal } from '../support/temporal.js';
import type * as own from './own.workflow.js';

type Workflows = typeof own;
type Name = {
  [Each in keyof Workflows]: Workflows[Each] extends (...args: never[]) => Promise<unknown> ? Each : never;
}[keyof Workflows];

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
  let running: Promise<void>;

  beforeAll(async () => {
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
      plugins: [mockAsk(answer)],
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
  });

  it.each([
    ['nothing', [[], [], {}]],
    ['concurrency Infinity', { a: 'to a' }],
    ['own under a budget', { words: 3 }],
    ['own too dear', 'words skipped: OverBudget'],
    ['own timeout', 'slow timed-out: TimedOut'],
    ['own attempts', ['own ok 3', 3, 'failing failed: Error', 1]],
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
    ['wrong join', 'Expected `join` to be one of all, settled, quorum, first, got `most`.'],
    ['wrong duration', /^Expected `deadline` to be milliseconds or a duration such as 500ms, .*, got `"soon"`\.$/],
    ['wrong budget', 'Expected `budget` to be US dollars, more than 0, got `0.5`.'],
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
