// A workflow of one's own: two questions to the model and an activity of one's own as branches, and a fan-in of one's own.
import { proxyActivities } from '@temporalio/workflow';
import { activityBranch, coverageOf, fanOut, modelBranch, policyOf, RunProgress } from 'fanfold/workflows';

const { countWords } = proxyActivities({ startToCloseTimeout: '10s' });

const ask = { offline: true, timeoutMs: 60_000, attempts: 3, inlineBytes: 100_000 };
const question = (text, prompt) => ({
  model: 'claude-sonnet-5-5',
  maxTokens: 500,
  system: '',
  document: { inline: text },
  prompt,
});

export async function review(text) {
  const branches = [
    modelBranch('owed', question(text, 'What is owed, and by when?'), ask),
    modelBranch('ends', question(text, 'How does it end?'), ask),
    activityBranch('words', () => countWords(text)),
  ];
  const policy = policyOf({ join: 'settled', deadlineMs: 30_000 }, branches.length);
  const keys = branches.map(({ key }) => key);
  const running = fanOut(branches, policy, new RunProgress(keys, false));

  // Whoever is first is told first; the result is in the order of the branches.
  const order = [];
  for await (const { key } of running) order.push(key);
  const outcomes = await running.outcomes;
  const [owed, ends, words] = outcomes.map(({ output }) => output?.inline);
  return { owed, ends, words, order, coverage: coverageOf(outcomes) };
}
