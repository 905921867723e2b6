import type { Branch } from '../../contract/run.js';
import { chart, tooltip } from './chart.js';
import type { Chart } from './chart.js';
import { colour, find } from './dom.js';
import { durationOf } from './texts.js';

/** The graph of a run that has one. A node stands right of all nodes that it needs. */
export function showGraph(
  branches: readonly Branch[],
  edges: readonly { from: string; to: string }[],
  open: (branch: Branch) => void,
): Chart {
  const keys = [...new Set([...branches.map(({ key }) => key), ...edges.flatMap(({ from, to }) => [from, to])])];
  const depths = new Map<string, number>();
  const depthOf = (key: string): number => {
    const known = depths.get(key);
    if (known !== undefined) return known;
    const needs = edges.filter(({ to }) => to === key).map(({ from }) => depthOf(from) + 1);
    const depth = Math.max(0, ...needs);
    depths.set(key, depth);
    return depth;
  };
  const columns = new Map<number, number>();
  const nodes = keys.map((key) => {
    const depth = depthOf(key);
    const place = columns.get(depth) ?? 0;
    columns.set(depth, place + 1);
    return { key, depth, place, index: branches.findIndex((branch) => branch.key === key) };
  });
  const tallest = Math.max(1, ...columns.values());
  find('graph').style.height = `${Math.min(700, tallest * 70 + 60)}px`;
  const option = () => ({
    aria: { enabled: true },
    tooltip: { ...tooltip(), formatter: '{b}' },
    series: [
      {
        type: 'graph',
        layout: 'none',
        roam: true,
        symbol: 'roundRect',
        symbolSize: [110, 34],
        edgeSymbol: ['none', 'arrow'],
        lineStyle: { color: colour('dim'), width: 1.5 },
        label: { show: true, color: colour('text'), width: 100, overflow: 'truncate', lineHeight: 14 },
        data: nodes.map(({ key, depth, place, index }) => {
          const branch = branches[index];
          return {
            name: key,
            branch: index,
            x: depth * 180,
            y: (place + 0.5) * ((tallest * 70) / (columns.get(depth) ?? 1)),
            itemStyle: {
              color: colour('panel'),
              borderWidth: 2,
              borderColor: colour(branch?.status === 'ok' ? 'model' : 'bad'),
            },
            label: { formatter: branch === undefined ? key : `${key}\n${durationOf(branch.latency.totalMs)}` },
          };
        }),
        links: edges.map(({ from, to }) => ({ source: from, target: to })),
      },
    ],
  });
  return chart('graph', option, (index) => {
    const branch = branches[index];
    if (branch !== undefined) open(branch);
  });
}
