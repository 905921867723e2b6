import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  defineUpdate,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';

import {
  activity,
  agentLoop,
  ask,
  fanOut,
  GraphBuilder,
  mapRows,
  outcomeOf,
  search,
  select,
  synthesise,
} from '../../workflows/library.js';
import type { FanOutOptions, Outcome, Source, StoredRows } from '../../workflows/library.js';

const { countWords } = proxyActivities<{ countWords(text: string): Promise<number> }>({ startToCloseTimeout: '30s' });

/** The calculator, as the model may have it called. */
const calculator = {
  name: 'calculate',
  description: 'Calculates.',
  inputSchema: { type: 'object', properties: { expression: { type: 'string' } }, required: ['expression'] },
  by: { kind: 'calculator' },
} as const;

export function agentAlone() {
  return outcomeOf(agentLoop({ task: 'What is owed?', tools: [calculator], maxTurns: 2 }));
}

export function searchAlone(source: Source) {
  return outcomeOf(search({ question: 'notice', sources: [source] }));
}

/** Outcomes of questions without any fan-out, and what judges and a synthesis make of them. */
export async function foldAlone() {
  const document = 'The supplier owes 100 euros. The agreement ends in May.';
  const one = await outcomeOf(ask({ prompt: 'Summarise it.', document }), { name: 'one' });
  const other = await outcomeOf(ask({ prompt: 'What ends?', document }), { name: 'other' });
  const { chosen, votes, calls } = await select([one, other]);
  const text = await synthesise({ one, other });
  return {
    chosen: chosen?.key,
    votes: Object.keys(votes),
    calls: calls.map(({ status }) => status),
    text: text.status,
  };
}

/** Narrow and in lanes, beside an agent and before a synthesis, each of a priority. */
export async function prior(priority: FanOutOptions['priority']) {
  const few = await fanOut(['one', 'two'], (prompt) => ask({ prompt }), { priority }).outcomes;
  const many = Array.from({ length: 51 }, (_, at) => `Say ${at}.`);
  await Promise.all([
    fanOut(many, (prompt) => ask({ prompt }), { priority }).outcomes,
    outcomeOf(agentLoop({ task: 'What is owed?', maxTurns: 1, priority: 2 })),
  ]);
  return (await synthesise(few, { priority: 5 })).status;
}

export async function graphAlone() {
  const graph = GraphBuilder.of<{ text: string }>()
    .node('summary', [], ({ text }) => ask({ prompt: 'Summarise it.', document: text }))
    .node('words', ['summary'], ({ summary }) => activity(() => countWords(summary)));
  const { status, state } = await graph.run({ text: 'The supplier owes 100 euros.' });
  return { status, words: state.words };
}

const fan = defineUpdate<string[], [string[]]>('fan');

/** A workflow that fans out whenever it is told to, twice at the same time where it is told twice. */
export async function onUpdate(until: number) {
  let ended = 0;
  setHandler(fan, async (items) => {
    const outcomes = await fanOut(items, (item) => ask({ prompt: item })).outcomes;
    ended += 1;
    return outcomes.map(({ key, status }) => `${key} ${status}`);
  });
  await condition(() => ended === until && allHandlersFinished());
  return ended;
}

/** Two wide fan-outs at the same time, and one more after them in the next execution of the workflow. */
export async function twice(count: number, left = 1): Promise<string[]> {
  const wide = (name: string) =>
    fanOut(
      Array.from({ length: count }, (_, at) => `${name} ${at}`),
      (item) => ask({ prompt: item, output: undefined }),
    );
  const [one, other] = [wide(`one ${left}`), wide(`other ${left}`)];
  const seen: string[] = [];
  for await (const { key } of one) seen.push(key);
  const all = [await one.outcomes, await other.outcomes];
  if (left > 0) return continueAsNew<typeof twice>(count, left - 1);
  return [...all.map((outcomes) => `${outcomes.length} ${countOk(outcomes)}`), `${new Set(seen).size}`];
}

/** A fan-out in a scope that is cancelled, while the workflow goes on. */
export async function scoped(items: string[], options: FanOutOptions) {
  const scope = new CancellationScope();
  const work = scope.run(() => fanOut(items, (item) => ask({ prompt: item }), options).outcomes);
  await sleep('1s');
  scope.cancel();
  const end = await work.then(
    () => 'It has ended.',
    (failure: unknown) => (isCancellation(failure) ? 'cancelled' : String(failure)),
  );
  const after = await outcomeOf(ask({ prompt: 'after' }));
  return { end, after: after.status };
}

/** Questions beside a function of one's own, or none. */
export async function cut(items: string[], options: FanOutOptions, beside: boolean) {
  const questions = items.map((item) => ask({ prompt: item }));
  const run = fanOut(beside ? [...questions, activity(() => countWords('one two'))] : questions, options);
  const outcomes = await run.outcomes;
  return outcomes.map(({ status }) => status);
}

/** Questions in lanes that their deadline cuts: how each is followed, and how it is in the outcomes. */
export async function late(items: string[], beside: boolean) {
  const questions = items.map((item) => ask({ prompt: item }));
  const works = beside ? [...questions, activity(() => countWords('one two'))] : questions;
  const run = fanOut(works, { deadline: '1s' });
  const followed: string[] = [];
  for await (const { index, status } of run) followed[index] = status;
  return [followed, (await run.outcomes).map(({ status }) => status)];
}

function countOk(outcomes: readonly Outcome<unknown>[]): number {
  return outcomes.filter(({ status }) => status === 'ok').length;
}

/** One question about each row of the store; it is cut by whoever cuts the workflow. */
export function rowsAlone(rows: StoredRows<{ text: string }>, options: FanOutOptions) {
  return outcomeOf(mapRows({ rows, prompt: 'Read {{ text }}', ...options }));
}

/** Questions inside of branches' functions, and one after them that the budget has no more for. */
export async function inside() {
  let insideUsd = 0;
  const says = async (what: string) => {
    const { a } = await fanOut({ a: ask({ prompt: `Say ${what}.` }) }).outcomes;
    const text = await synthesise({ a });
    insideUsd += (a.costUsd ?? 0) + (text.costUsd ?? 0);
  };
  const fails = async () => {
    await says('before it fails');
    throw ApplicationFailure.nonRetryable('It fails.');
  };
  const branches = { says: activity(() => says('inside')), fails, after: ask({ prompt: 'Say what is after.' }) };
  const run = fanOut(branches, { concurrency: 1, budget: 0.0208 });
  const { says: said, fails: failed, after } = await run.outcomes;
  return { insideUsd, toldUsd: [said.costUsd, failed.costUsd], lostUsd: said.lostUsd, after: after.status };
}
