// What must compile, and what must not. The compiler runs this, with `tsc -p test/tsconfig.json`; nobody else does.
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import { output } from 'fanfold/output';
import * as v from 'valibot';
import * as z from 'zod';

import {
  activity,
  agentLoop,
  ask,
  childWorkflow,
  fanOut,
  jsonOutput,
  mapRows,
  merge,
  outcomeOf,
  select,
  selectBy,
} from '../../workflows/library.js';
import type { LostOutcome, OkOutcome, Outcome, Output, StoredRows, Work } from '../../workflows/library.js';
import { placeRows, readRows } from '../../src/index.js';
import type { BlobStore } from '../../src/index.js';

type Same<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

function same<One, Other>(...same: Same<One, Other> extends true ? [] : ['These are different types.']): void {
  void same;
}

const Owed = output(z.object({ amount: z.string(), by: z.string().optional() }));
declare const analyse: (text: string, depth: number) => Promise<{ depth: number }>;
declare const countWords: () => Promise<number>;
const question = { prompt: 'What is owed?' };

const byArktype = output(type({ amount: 'string', 'by?': 'string' }));
const byValibot = output(toStandardJsonSchema(v.object({ amount: v.pipe(v.string(), v.minLength(1)) })));
same<typeof byArktype, Output<{ amount: string; by?: string }>>();
same<typeof byValibot, Output<{ amount: string }>>();

/** Functions of somebody's own over any output. */
export function asked<Value>(of: Output<Value>): Work<Value> {
  return ask({ ...question, output: of });
}

export async function allAsked<Value>(texts: string[], of?: Output<Value>): Promise<(Value | string)[]> {
  const { outcomes } = fanOut(texts, (document) => ask({ ...question, document, output: of }));
  return (await outcomes).flatMap((each) => (each.status === 'ok' ? [each.output] : []));
}

export async function byKey(): Promise<void> {
  const run = fanOut({
    owed: ask({ ...question, document: 'text', output: Owed }),
    words: activity(() => countWords()),
    deep: childWorkflow(analyse, { args: ['text', 3] }),
    text: ask(question),
    inner: async () => merge(await fanOut([ask(question)]).outcomes),
  });
  const { owed, words, deep, text, inner } = await run.outcomes;
  same<typeof owed, Outcome<{ amount: string; by?: string | undefined }, 'owed'>>();
  same<typeof words, Outcome<number, 'words'>>();
  same<typeof deep, Outcome<{ depth: number }, 'deep'>>();
  same<typeof text, Outcome<string, 'text'>>();
  same<typeof inner, Outcome<{ [key: string]: string }, 'inner'>>();
  for await (const outcome of run) {
    // In completion order the key tells which it is.
    if (outcome.key === 'words' && outcome.status === 'ok') outcome.output.toFixed();
    // @ts-expect-error there is no such branch
    if (outcome.key === 'nobody') return;
  }
  // @ts-expect-error there is no such branch
  await run.outcomes.then(({ nobody }) => nobody);
  const merged = merge(await run.outcomes);
  same<typeof merged.words, number | undefined>();
}

export async function inOrder(): Promise<void> {
  const [text, words] = await fanOut([ask(question), activity(countWords)]).outcomes;
  same<typeof text, Outcome<string>>();
  same<typeof words, Outcome<number>>();
  const each = fanOut(new Set(['x', 'y']), (item, index) => ask({ prompt: item.repeat(index), output: Owed }), {
    key: (item) => item.toUpperCase(),
    deadline: '30s',
    timeout: 1_000,
    priority: { priorityKey: 1, fairnessKey: 'tenant-a', fairnessWeight: 2 },
  });
  same<Awaited<typeof each.outcomes>, Outcome<{ amount: string; by?: string | undefined }>[]>();
  const best = selectBy(await each.outcomes, ({ amount }) => amount.length);
  same<typeof best, OkOutcome<{ amount: string; by?: string | undefined }> | undefined>();
  const { chosen } = await select(await each.outcomes);
  chosen?.output.amount.trim();
  const alone = await outcomeOf(agentLoop({ task: 'Do it.' }), { timeout: '1 hour' });
  same<typeof alone, Outcome<string>>();
}

declare const store: BlobStore;

export async function overRows(): Promise<void> {
  const rows = await placeRows([{ text: 'x', price: 1 }], store, { key: ({ text }) => text });
  same<typeof rows, StoredRows<{ text: string; price: number }>>();
  const outcome = await outcomeOf(
    mapRows({ rows, prompt: 'Read {{ text }}', output: Owed, budget: 5, deadline: '1h' }),
  );
  if (outcome.status !== 'ok') return;
  for await (const { row, outcome: one } of readRows(outcome.output.answered, store)) {
    same<typeof row, { text: string; price: number }>();
    same<typeof one, Outcome<{ amount: string; by?: string | undefined }>>();
  }
  const plain = mapRows({ rows, prompt: 'Read {{ text }}' });
  const { rows: texts } = await fanOut({ rows: plain, words: activity(countWords) }).outcomes;
  if (texts.status !== 'ok') return;
  for await (const { outcome: one } of readRows(texts.output.answered, store)) same<typeof one, Outcome<string>>();
  const listed = await outcomeOf(mapRows({ rows, prompt: 'Read {{ text }}', output: Owed, samples: 3 }));
  if (listed.status !== 'ok') return;
  for await (const { outcome: one } of readRows(listed.output.answered, store)) {
    same<typeof one, Outcome<{ amount: string; by?: string | undefined }[]>>();
  }
  const voted = await outcomeOf(mapRows({ rows, prompt: 'Read {{ text }}', output: Owed, samples: 3, vote: 'amount' }));
  if (voted.status !== 'ok') return;
  for await (const { outcome: one, vote } of readRows(voted.output.answered, store)) {
    same<typeof one, Outcome<{ amount: string; by?: string | undefined }>>();
    same<typeof vote, { votes: number; of: number; tied: boolean } | undefined>();
  }
  // @ts-expect-error the vote is over whole answers or a field of them
  void mapRows({ rows, prompt: 'Read {{ text }}', output: Owed, samples: 3, vote: 'price' });
  // @ts-expect-error rows have to be in the store
  void mapRows({ rows: [{ text: 'x' }], prompt: 'Read {{ text }}' });
  // @ts-expect-error rows are objects
  void placeRows(['x'], store);
}

/** Every status has its case: what is left over is nothing. */
export function exhaustive(outcome: Outcome<number>): string {
  switch (outcome.status) {
    case 'ok':
      return outcome.output.toFixed();
    case 'truncated':
    case 'refused':
    case 'invalid':
      return `${outcome.error.message} ${JSON.stringify(outcome.partial)}`;
    case 'failed':
    case 'timed-out':
    case 'cancelled':
    case 'skipped':
    case 'late':
      return outcome.error.message;
    default: {
      const nothing: never = outcome;
      return nothing;
    }
  }
}

export function refused(outcome: Outcome<number>, lost: LostOutcome): void {
  // @ts-expect-error only an outcome that is ok has an output
  void outcome.output;
  // @ts-expect-error nor has one that is lost
  void lost.output;
  // @ts-expect-error without an output of its own, a question gives a text
  const number: Work<number> = ask(question);
  // @ts-expect-error the schema says otherwise
  const other: Output<{ amount: number }> = Owed;
  // @ts-expect-error a type by itself says nothing of what is put out
  void ask<number>(question);
  // @ts-expect-error valibot gives JSON Schema through `toStandardJsonSchema` only: the error says so
  void (() => output(v.object({ amount: v.string() })));
  // @ts-expect-error a schema itself would bring its library into the sandbox
  void ask({ ...question, output: z.object({}) });
  // @ts-expect-error a question has a prompt
  void ask({ document: 'text' });
  // @ts-expect-error the workflow takes two arguments
  void childWorkflow(analyse, { args: ['text'] });
  // @ts-expect-error this is no duration
  void fanOut({ a: ask(question) }, { deadline: 'soon' });
  // @ts-expect-error there is no such option
  void fanOut({ a: ask(question) }, { deadlineMs: 3 });
  // @ts-expect-error a promise has begun already
  void fanOut({ a: Promise.resolve(1) });
  // @ts-expect-error `key` is for items
  void fanOut({ a: ask(question) }, { key: () => 'a' });
  void [number, other, jsonOutput<{ n: number }>({ type: 'object' })];
}
