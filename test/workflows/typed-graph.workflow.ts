import { proxyActivities } from '@temporalio/workflow';

import { activity, GraphBuilder } from '../../workflows/library.js';

const { echo } = proxyActivities<{ echo(text: string): Promise<string> }>({
  startToCloseTimeout: '30s',
  retry: { maximumAttempts: 1 },
});

const say = (text: string) => activity(() => echo(text));

const graph = GraphBuilder.of<{ topic: string }>()
  .node('law', [], ({ topic }) => say(`law of ${topic}`))
  .node('cost', [], ({ topic }) => say(`cost of ${topic}`))
  .node('rumour', [], () => say('fail'), { optional: true })
  .merge('words', ['law', 'cost'], ({ law, cost }) => law.split(' ').length + cost.split(' ').length)
  .node('report', ['law', 'words', 'rumour'], ({ law, words, rumour }) =>
    say(`${law}, ${words.toFixed(0)} words, ${rumour ?? 'no rumour'}`),
  );

// What must not compile. It is never run.
export function refused(): void {
  const one = GraphBuilder.of<{ topic: string }>().node('law', [], () => say('x'));
  // @ts-expect-error nobody has defined `cost`
  one.node('report', ['cost'], () => say('x'));
  // @ts-expect-error `law` is there already
  one.node('law', [], () => say('x'));
  // @ts-expect-error what is not needed cannot be read
  one.node('report', [], ({ law }) => say(law));
  // @ts-expect-error `law` is a string
  one.merge('sum', ['law'], ({ law }) => law.toFixed());
}

export function typedGraph(topic: string) {
  return graph.run({ topic });
}
