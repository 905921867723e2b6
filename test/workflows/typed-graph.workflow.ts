import { proxyActivities } from '@temporalio/workflow';

import { policyOf } from '../../src/plan/policy.js';
import { activityBranch, askToMerge, GraphBuilder, RunProgress, typed } from '../../workflows/library.js';

const { echo } = proxyActivities<{ echo(text: string): Promise<string> }>({
  startToCloseTimeout: '30s',
  retry: { maximumAttempts: 1 },
});

const say = <Value = string>(key: string, text: string) => typed<Value>(activityBranch(key, () => echo(text)));

const graph = GraphBuilder.of<{ topic: string }>()
  .node('law', [], ({ topic }) => say('law', `law of ${topic}`))
  .node('cost', [], ({ topic }) => say('cost', `cost of ${topic}`))
  .node('rumour', [], () => say('rumour', 'fail'), { optional: true })
  .merge('words', ['law', 'cost'], ({ law, cost }) => law.split(' ').length + cost.split(' ').length)
  .node('report', ['law', 'words', 'rumour'], ({ law, words, rumour }) =>
    say('report', `${law}, ${words.toFixed(0)} words, ${rumour ?? 'no rumour'}`),
  );

// What must not compile. It is never run.
export function refused(): void {
  const one = GraphBuilder.of<{ topic: string }>().node('law', [], () => say('law', 'x'));
  // @ts-expect-error nobody has defined `cost`
  one.node('report', ['cost'], () => say('report', 'x'));
  // @ts-expect-error `law` is there already
  one.node('law', [], () => say('law', 'x'));
  // @ts-expect-error what is not needed cannot be read
  one.node('report', [], ({ law }) => say('report', law));
  // @ts-expect-error `law` is a string
  one.merge('sum', ['law'], ({ law }) => law.toFixed());
}

export function typedGraph(topic: string) {
  const policy = policyOf({ join: 'settled' }, 5);
  return graph.run({ topic }, policy, new RunProgress(['law', 'cost', 'rumour', 'report'], false));
}

export function merging() {
  const written = [
    { by: 'legal', value: 'due at once' },
    { by: 'financial', value: 'due in a month' },
  ];
  const settings = { offline: false, timeoutMs: 10_000, attempts: 1, inlineBytes: 10_000 };
  return askToMerge('payment', written, 'When is it due?', { model: 'claude-sonnet-5-5', maxTokens: 100 }, settings);
}
