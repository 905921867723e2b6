import type { Branch } from '../../contract/run.js';
import { quantile } from '../../fold/slow.js';
import { axis, chart, tooltip } from './chart.js';
import type { Chart } from './chart.js';
import { colour } from './dom.js';
import { durationOf } from './texts.js';

const bins = 24;

/** How many branches took how long, with the quantiles that matter. */
export function showHistogram(branches: readonly Branch[]): Chart {
  const sorted = branches
    .filter(({ reused, from, finishedAt }) => !reused && from === undefined && finishedAt !== null)
    .map(({ latency }) => latency.totalMs)
    .toSorted((one, other) => one - other);
  const most = Math.max(1, sorted.at(-1) ?? 1);
  const width = most / bins;
  const counts = Array.from<number>({ length: bins }).fill(0);
  for (const ms of sorted) {
    const bin = Math.min(bins - 1, Math.floor(ms / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  // Quantiles in one bin share a line, and a label.
  const quantiles = [0.5, 0.95, 0.99].map((share) => ({ name: `p${share * 100}`, ms: quantile(sorted, share) }));
  const binOf = (ms: number) => Math.min(bins - 1, Math.floor(ms / width));
  const lines = [...Map.groupBy(quantiles, ({ ms }) => binOf(ms))].map(([bin, those]) => ({
    xAxis: bin,
    label: {
      formatter: `${those.map(({ name }) => name).join(', ')}: ${durationOf(those[0]?.ms ?? 0)}`,
      color: colour('text'),
    },
  }));
  const option = () => ({
    aria: { enabled: true },
    tooltip: tooltip(),
    grid: { left: 8, right: 60, top: 28, bottom: 8, containLabel: true },
    xAxis: { ...axis(), type: 'category', data: counts.map((_, bin) => `to ${durationOf((bin + 1) * width)}`) },
    yAxis: { ...axis(), type: 'value', minInterval: 1 },
    series: [
      {
        type: 'bar',
        name: 'branches',
        data: counts,
        itemStyle: { color: colour('model') },
        markLine: { symbol: 'none', lineStyle: { color: colour('retries') }, data: sorted.length > 1 ? lines : [] },
      },
    ],
  });
  return chart('histogram', option, () => {});
}
