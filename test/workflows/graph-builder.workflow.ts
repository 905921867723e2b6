import { GraphBuilder, modelBranch, typed } from '../../workflows/library.js';
import type { GraphOptions } from '../../workflows/library.js';

const settings = { offline: false, timeoutMs: 30_000, attempts: 1, inlineBytes: 10_000 };

const ask = (key: string, prompt: string) =>
  typed<string>(modelBranch(key, { model: 'claude-sonnet-5-5', maxTokens: 100, system: '', prompt }, settings));

const graph = GraphBuilder.of<{ topic: string }>()
  .node('law', [], ({ topic }) => ask('law', `Law of ${topic}`))
  .node('rumour', [], ({ topic }) => ask('rumour', `Rumour of ${topic}`), { optional: true })
  .merge('known', ['law', 'rumour'], ({ law, rumour }) => `${law}, ${rumour ?? 'no rumour'}`)
  .node('cost', [], ({ topic }) => ask('cost', `Cost of ${topic}`))
  .node('report', ['known', 'cost'], ({ known, cost }) => ask('report', `${known}, ${cost}`))
  .merge('all', ['known', 'report'], ({ known, report }) => `${known}; ${report}`);

export function typedGraph(options?: GraphOptions) {
  return graph.run({ topic: 'rain' }, options);
}
