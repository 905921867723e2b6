import { ApplicationFailure, continueAsNew, makeContinueAsNewFunc, proxyActivities, sleep } from '@temporalio/workflow';

import {
  activity,
  ask,
  childWorkflow,
  fanOut,
  jsonOutput,
  load,
  mapRows,
  merge,
  outcomeOf,
  select,
  selectBy,
  synthesise,
} from '../../workflows/library.js';
import type { FanOutOptions, MappedRows, MapRowsOptions, Outcome, StoredRows } from '../../workflows/library.js';
import { Owed } from './review.outputs.js';

interface Own {
  countWords(text: string): Promise<number>;
  fail(): Promise<never>;
  wait(): Promise<void>;
}

const { countWords, fail } = proxyActivities<Own>({ startToCloseTimeout: '30s', retry: { maximumAttempts: 1 } });

/** Nobody does it. */
const { wait } = proxyActivities<Own>({ taskQueue: 'nobody', startToCloseTimeout: '30s' });

export async function analyse(text: string): Promise<{ length: number }> {
  return { length: text.length };
}

/** The example of the library's page. */
export async function review(text: string) {
  const run = fanOut(
    {
      owed: ask({ document: text, prompt: 'What is owed, and by when?', output: Owed }),
      words: activity(() => countWords(text)),
      deep: childWorkflow(analyse, { args: [text] }),
    },
    { join: 'settled', deadline: '30s', budget: 0.5 },
  );
  const order: string[] = [];
  for await (const outcome of run) order.push(outcome.key);
  const { owed, words, deep } = await run.outcomes;
  return { amount: owed.status === 'ok' ? owed.output.amount : owed.error, words, deep, order };
}

/** Fans out over items, and returns what a test looks at. */
export async function overItems(items: string[], options: FanOutOptions & { byItem?: boolean } = {}) {
  const { byItem = false, ...rest } = options;
  const run = fanOut(items, (item, index) => ask({ prompt: `${index}: ${item}` }), {
    ...rest,
    ...(byItem && { key: (item: string) => item }),
  });
  const order: string[] = [];
  for await (const { key } of run) order.push(key);
  const outcomes = await run.outcomes;
  return { order, outcomes: outcomes.map(brief), dict: merge(outcomes) };
}

/** Questions that are many, beside a function of one's own. */
export async function mixed(
  count: number,
  { prompt = 'question', ...options }: FanOutOptions & { prompt?: string } = {},
) {
  const questions = Array.from({ length: count }, (_, at) => ask({ prompt: `${prompt} ${at}`, document: 'shared' }));
  const run = fanOut([...questions, activity(() => countWords('one two'))], options);
  const outcomes = await run.outcomes;
  return outcomes.map(brief);
}

/** So many executions, each with a question; the first and the last have a memo of their own. */
export async function inTurn(executions: number, prompt: string): Promise<void> {
  if (executions > 0) await fanOut({ a: ask({ prompt: `${prompt} ${executions}` }) }).outcomes;
  if (executions > 2) await continueAsNew<typeof inTurn>(executions - 1, prompt);
  const mine = makeContinueAsNewFunc<typeof inTurn>({ memo: { mine: executions } });
  if (executions > 0) await mine(executions - 1, 'says');
}

export async function nested() {
  const run = fanOut({
    both: async () => merge(await fanOut({ a: ask({ prompt: 'inner a' }), b: ask({ prompt: 'inner b' }) }).outcomes),
    again: activity(async () => merge(await fanOut({ a: ask({ prompt: 'again' }) }).outcomes)),
    a: ask({ prompt: 'outer a' }),
  });
  const { both, again, a } = await run.outcomes;
  const second = await fanOut({ a: ask({ prompt: 'outer a' }) }).outcomes;
  return [both, again, a, second.a].map(brief);
}

export async function folded() {
  const { outcomes } = fanOut({ one: ask({ prompt: 'one' }), three: ask({ prompt: 'three' }), none: () => fail() });
  const all = await outcomes;
  const chosen = await select(all, { criteria: 'Length.' });
  const text = await synthesise(all, { criteria: 'Both?' });
  const longest = selectBy(Object.values(all) as Outcome<string>[], (output) => output.length);
  return { chosen: chosen.chosen?.key, votes: chosen.votes, text: brief(text), longest: longest?.key };
}

export async function byReference() {
  const outcome = await outcomeOf(ask({ prompt: 'large', stored: true }));
  if (outcome.status !== 'ok') return outcome.error.message;
  const text: string = await load(outcome.output);
  return { bytes: outcome.output.bytes, text: text.slice(0, 10) };
}

/** Ends with what its activity failed of. */
export async function failsDeep(): Promise<void> {
  await fail();
}

/** Each trap by its name. */
export async function trap(name: string): Promise<unknown> {
  const some = { a: ask({ prompt: 'a' }) };
  const anything = fanOut as (...given: unknown[]) => { outcomes: Promise<unknown>; answer: Promise<unknown> };
  switch (name) {
    case 'nothing': {
      const [list, record] = [fanOut([]), fanOut({})];
      for await (const _ of list) throw new Error('There is none.');
      return [await list.outcomes, await list.answer, await record.outcomes];
    }
    case 'same key':
      return fanOut(['x', 'y'], (item) => ask({ prompt: item }), { key: () => 'same' }).outcomes;
    case 'concurrency 0':
      return fanOut(some, { concurrency: 0 }).outcomes;
    case 'concurrency Infinity':
      return merge(await fanOut(some, { concurrency: Infinity }).outcomes);
    case 'own under a budget':
      return merge(await fanOut({ words: activity(() => countWords('a b c')) }, { budget: 0.01 }).outcomes);
    case 'own too dear':
      return brief(
        (await fanOut({ words: activity(() => countWords('a'), { maxUsd: 1 }) }, { budget: 0.01 }).outcomes).words,
      );
    case 'own timeout': {
      const { slow } = await fanOut({ slow: activity(() => sleep('1h')) }, { timeout: '200ms' }).outcomes;
      return brief(slow);
    }
    case 'own attempts': {
      let tries = 0;
      const flaky = () => {
        tries += 1;
        if (tries < 3) throw ApplicationFailure.retryable('not yet');
        return tries;
      };
      const { own, failing } = await fanOut(
        { own: activity(flaky), failing: activity(() => fail(), { attempts: 1 }) },
        { attempts: 3 },
      ).outcomes;
      return [brief(own), own.attempts, brief(failing), failing.attempts];
    }
    case 'a child that fails': {
      const refused = childWorkflow(trap, { args: ['concurrency 0'] });
      const { failing, deep } = await fanOut({ failing: refused, deep: childWorkflow(failsDeep) }).outcomes;
      return [failing, deep].map(whyNot);
    }
    case 'own cut': {
      const works = { fast: ask({ prompt: 'fast' }), own: activity(() => wait()), asked: ask({ prompt: 'never' }) };
      const { own, asked } = await fanOut(works, { join: 'first' }).outcomes;
      return [own, asked].map(whyNot);
    }
    case 'names of Object.prototype': {
      const run = fanOut(['constructor', '__proto__', 'toString'], (item) => ask({ prompt: item }), {
        key: (item) => item,
      });
      const record = await fanOut({ constructor: ask({ prompt: 'c' }), toString: ask({ prompt: 't' }) }).outcomes;
      return [Object.keys(merge(await run.outcomes)), Object.keys(record), record.constructor.status];
    }
    case '__proto__':
      return anything({ __proto__: some.a }).outcomes;
    case 'promise':
      return anything({ a: Promise.resolve(1) }).outcomes;
    case 'wrong option':
      return anything(some, { deadlineMs: 3 }).outcomes;
    case 'wrong priority':
      return anything(some, { priority: { priorityKey: 9 } }).outcomes;
    case 'wrong join':
      return anything(some, { join: 'most' }).outcomes;
    case 'wrong duration':
      return anything(some, { deadline: 'soon' }).outcomes;
    case 'wrong budget':
      return anything(some, { budget: '0.5' }).outcomes;
    case 'wrong prompt':
      return ask({ prompt: 5 as unknown as string });
    case 'wrong output':
      return ask({ prompt: 'x', output: { type: 'object' } as never });
    case 'empty prompt':
      return ask({ prompt: ' ' });
    case 'wrong model':
      return ask({ prompt: 'x', model: '' });
    case 'wrong schema':
      return fanOut({ all: ask({ prompt: 'x', output: jsonOutput<{ n: number }>({ type: 'object' }) }) }).outcomes;
    case 'wrong schema by hand':
      return ask({ prompt: 'x', output: { jsonSchema: { type: 'text' } } });
    default:
      throw ApplicationFailure.nonRetryable(`There is no trap of the name ${name}.`);
  }
}

/** A branch that waits for ever, and what became of it when the workflow was cancelled. */
export async function held() {
  await fanOut({ one: activity(() => sleep('1h')), two: ask({ prompt: 'two' }) }).outcomes;
  return 'It was not cancelled.';
}

export async function joined(options: FanOutOptions) {
  const run = fanOut({ fast: ask({ prompt: 'fast' }), slow: activity(() => sleep('3s')) }, options);
  const followed: string[] = [];
  for await (const outcome of run) followed.push(brief(outcome));
  const answer = await run.answer;
  const outcomes = await run.outcomes;
  return { answer: Object.values(answer).map(brief), outcomes: Object.values(outcomes).map(brief), followed };
}

function brief(outcome: Outcome<unknown>): string {
  // Every status has its case: the compiler says so where one is forgotten.
  switch (outcome.status) {
    case 'ok':
      return `${outcome.key} ok ${JSON.stringify(outcome.output)}`;
    case 'truncated':
    case 'refused':
    case 'invalid':
    case 'failed':
    case 'timed-out':
    case 'cancelled':
    case 'skipped':
    case 'late':
      return `${outcome.key} ${outcome.status}: ${outcome.error.type}`;
  }
}

function whyNot(outcome: Outcome<unknown>): string {
  return outcome.status === 'ok' ? 'ok' : `${outcome.error.type}: ${outcome.error.message}`;
}

/** A row of the store, and what is put out about it. */
export interface Message {
  text: string;
}

/** One question about each row of the store, beside an activity. */
export async function overRows(
  rows: StoredRows<Message>,
  options: Partial<MapRowsOptions<Message>> = {},
): Promise<Outcome<MappedRows<Message, { amount: string; by: string }>>> {
  const run = fanOut({
    rows: mapRows({ rows, prompt: 'Read {{ text }}', output: Owed, ...options }),
    words: activity(() => countWords('one two')),
  });
  return (await run.outcomes).rows;
}
