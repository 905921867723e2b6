import { ancestorsOf } from '../../plan/graph/flow.js';
import type { Flow } from '../../plan/graph/flow.js';

/** The graph in Mermaid's words. */
export function mermaidOf({ nodes }: Flow): string {
  const ids = new Map(Object.keys(nodes).map((name, index) => [name, `n${index}`]));
  const boxes = Object.entries(nodes).map(([name, { forEach, when }]) => {
    const notes = [
      ...(forEach === undefined ? [] : [`each of ${forEach}`]),
      ...(when === undefined ? [] : [`when ${when}`]),
    ];
    const label = [name, ...notes]
      .join('<br/>')
      .replaceAll('"', '#quot;')
      .replaceAll('{', '#123;')
      .replaceAll('}', '#125;');
    return `  ${ids.get(name)}["${label}"]`;
  });
  const arrows = Object.entries(nodes).flatMap(([name, { needs = [] }]) =>
    needs.map((need) => `  ${ids.get(need)} --> ${ids.get(name)}`),
  );
  return ['flowchart TD', ...boxes, ...arrows].join('\n');
}

/** The graph for a terminal. Nodes that may run at the same time stand in one line. */
export function levelsOf(flow: Flow): string[][] {
  const depths = new Map(Object.keys(flow.nodes).map((name) => [name, depthOf(name, flow)]));
  const deepest = Math.max(...depths.values());
  return Array.from({ length: deepest + 1 }, (_, depth) =>
    [...depths].flatMap(([name, own]) => (own === depth ? [name] : [])),
  );
}

/** The heaviest chain of nodes; the first in file order among equals. */
export function longestChain(flow: Flow, weight: (node: string) => number): string[] {
  const best = new Map<string, { weight: number; chain: string[] }>();
  const visit = (name: string): { weight: number; chain: string[] } => {
    const known = best.get(name);
    if (known) return known;
    const needs = (flow.nodes[name]?.needs ?? []).map(visit);
    const longest = needs.reduce((one, other) => (other.weight > one.weight ? other : one), {
      weight: 0,
      chain: [] as string[],
    });
    const own = { weight: longest.weight + weight(name), chain: [...longest.chain, name] };
    best.set(name, own);
    return own;
  };
  return Object.keys(flow.nodes)
    .map(visit)
    .reduce((one, other) => (other.weight > one.weight ? other : one)).chain;
}

function depthOf(name: string, flow: Flow): number {
  const needs = flow.nodes[name]?.needs ?? [];
  return needs.length === 0
    ? 0
    : 1 +
        Math.max(
          ...[...ancestorsOf(name, flow)].filter((each) => needs.includes(each)).map((need) => depthOf(need, flow)),
        );
}
