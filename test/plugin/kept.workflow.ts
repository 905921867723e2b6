import { proxyActivities } from '@temporalio/workflow';

import { activity, ask, fanOut } from '../../workflows/library.js';

const { countWords } = proxyActivities<{ countWords(text: string): Promise<number> }>({ startToCloseTimeout: '30s' });

export async function kept(text: string, questions: number) {
  const few = fanOut({
    owed: ask({ document: text, prompt: 'What is owed?' }),
    words: activity(() => countWords(text)),
  });
  const { owed, words } = await few.outcomes;
  const many = await fanOut(
    Array.from({ length: questions }, (_, at) => at),
    (at) => ask({ document: text, prompt: `Part ${at}?` }),
  ).outcomes;
  return {
    owed: owed.status,
    words: words.status === 'ok' ? words.output : 0,
    ok: many.filter(({ status }) => status === 'ok').length,
  };
}

export async function silent(): Promise<void> {}

export async function loud(): Promise<string> {
  return 'nothing of fanfold’s';
}
