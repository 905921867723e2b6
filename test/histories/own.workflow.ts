// The code of the recorded runs of somebody's own workflows. It is never changed: their histories replay with it as it is.
import { sleep } from '@temporalio/workflow';

import { ask, fanOut } from '../../workflows/library.js';
import type { FanOutOptions } from '../../workflows/library.js';

/** Questions, many of which travel in lanes, beside a function of one's own; followed, and read twice. */
export async function ownQuestions(prompts: readonly string[], options: FanOutOptions) {
  const questions = prompts.map((prompt) => ask({ prompt }));
  const beside = async () => {
    await sleep('10ms');
    return 'beside';
  };
  const run = fanOut([...questions, beside], { offline: true, ...options });
  let followed = 0;
  for await (const _ of run) followed += 1;
  const answer = (await run.answer).map(({ status }) => status);
  const outcomes = (await run.outcomes).map(({ status }) => status);
  return { followed, answer, outcomes };
}

/** The same with one command more at its beginning: no history of the first is one of this. */
export async function ownQuestionsChanged(prompts: readonly string[], options: FanOutOptions) {
  await sleep('1s');
  return ownQuestions(prompts, options);
}
