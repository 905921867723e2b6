import { ask, GraphBuilder } from '../../workflows/library.js';
import type { GraphOptions } from '../../workflows/library.js';

const graph = GraphBuilder.of<{ topic: string }>()
  .node('law', [], ({ topic }) => ask({ prompt: `Law of ${topic}` }))
  .node('rumour', [], ({ topic }) => ask({ prompt: `Rumour of ${topic}` }), { optional: true })
  .merge('known', ['law', 'rumour'], ({ law, rumour }) => `${law}, ${rumour ?? 'no rumour'}`)
  .node('cost', [], ({ topic }) => ask({ prompt: `Cost of ${topic}` }))
  .node('report', ['known', 'cost'], ({ known, cost }) => ask({ prompt: `${known}, ${cost}` }))
  .merge('all', ['known', 'report'], ({ known, report }) => `${known}; ${report}`);

export function typedGraph(options?: GraphOptions) {
  return graph.run({ topic: 'rain' }, { attempts: 1, ...options });
}
