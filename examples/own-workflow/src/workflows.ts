import { proxyActivities } from '@temporalio/workflow';
import { activity, ask, childWorkflow, fanOut } from 'fanfold/workflows';

import type * as activities from './activities.js';
import { Owed } from './outputs.js';

const { countWords } = proxyActivities<typeof activities>({ startToCloseTimeout: '10s' });

/** A question to the model, an activity and another workflow, at once. */
export async function review(text: string) {
  const review = fanOut(
    {
      owed: ask({ document: text, prompt: 'What is owed, and by when?', output: Owed }),
      words: activity(() => countWords(text)),
      ends: childWorkflow(analyse, { args: [text] }),
    },
    { join: 'settled', deadline: '30s', budget: 0.5 },
  );
  const order: string[] = [];
  for await (const outcome of review) order.push(`${outcome.key} is ${outcome.status}`);
  const { owed, words, ends } = await review.outcomes;
  return {
    amount: owed.status === 'ok' ? owed.output.amount : owed.error.message,
    words: words.status === 'ok' ? words.output : undefined,
    ends: ends.status === 'ok' ? ends.output : undefined,
    costUsd: owed.costUsd,
    order,
  };
}

/** One question for each sentence; more than 50 of them would travel in lanes. */
export async function analyse(text: string): Promise<string[]> {
  const sentences = text.split(/(?<=\.)\s+/);
  const outcomes = await fanOut(sentences, (sentence) => ask({ document: sentence, prompt: 'What ends, and when?' }))
    .outcomes;
  return outcomes.map((outcome) => (outcome.status === 'ok' ? outcome.output : `(${outcome.status})`));
}
