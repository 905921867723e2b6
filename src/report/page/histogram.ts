import type { Branch } from '../../contract/run.js';
import { quantile } from '../../fold/slow.js';
import { durationOf } from '../answer/texts.js';
import { axis, chart, tooltip } from './chart.js';
import type { Chart } from './chart.js';
import { colour, find } from './dom.js';

const bins = 24;

/** Pixels that a label takes: quantiles that are nearer to each other share one. */
const labelPx = 110;

/** Room beside the bars, in pixels, the labels of the axis with it. */
const besidePx = 110;

/** Share of the longest time below which nothing may lie without the axis beginning there. */
const blankShare = 0.5;

/** Fewest branches that are worth a chart. */
const fewest = 3;

/** How many branches took how long, with the quantiles that matter; nothing where too few were asked. */
export function showHistogram(branches: readonly Branch[]): Chart[] {
  const sorted = branches
    .filter(
      ({ reused, from, finishedAt, status }) =>
        !reused && from === undefined && finishedAt !== null && status !== 'skipped',
    )
    .map(({ latency }) => latency.totalMs)
    .toSorted((one, other) => one - other);
  if (sorted.length < fewest) {
    find('latency-section').remove();
    return [];
  }
  const most = Math.max(1, sorted.at(-1) ?? 1);
  // Where all took about as long, an axis from nothing would be blank for the most part.
  const least = (sorted[0] ?? 0) > most * blankShare ? most * blankShare : 0;
  const width = (most - least) / bins;
  const binOf = (ms: number) => Math.max(0, Math.min(bins - 1, Math.floor((ms - least) / width)));
  const counts = Array.from<number>({ length: bins }).fill(0);
  for (const ms of sorted) counts[binOf(ms)] = (counts[binOf(ms)] ?? 0) + 1;
  const option = () => ({
    aria: { enabled: true },
    tooltip: tooltip(),
    grid: { left: 8, right: 60, top: 28, bottom: 8, containLabel: true },
    xAxis: { ...axis(), type: 'category', data: counts.map((_, bin) => `to ${durationOf(least + (bin + 1) * width)}`) },
    yAxis: { ...axis(), type: 'value', minInterval: 1 },
    series: [
      {
        type: 'bar',
        name: 'branches',
        data: counts,
        itemStyle: { color: colour('model') },
        markLine: {
          symbol: 'none',
          lineStyle: { color: colour('retries') },
          data: marks(sorted, binOf, (find('histogram').clientWidth - besidePx) / bins),
        },
      },
    ],
  });
  return [chart('histogram', option, () => {}, { redraws: true })];
}

/** A line for each quantile, or for several whose labels would lie over each other. */
function marks(sorted: readonly number[], binOf: (ms: number) => number, binPx: number): object[] {
  const quantiles = [0.5, 0.95, 0.99].map((share) => {
    const ms = quantile(sorted, share);
    return { name: `p${share * 100}`, ms, bin: binOf(ms) };
  });
  const groups: (typeof quantiles)[] = [];
  for (const each of quantiles) {
    const last = groups.at(-1);
    const before = last?.at(-1);
    if (last !== undefined && before !== undefined && (each.bin - before.bin) * binPx < labelPx) last.push(each);
    else groups.push([each]);
  }
  return groups.flatMap((those) => {
    const took = [...new Set(those.map(({ ms }) => durationOf(ms)))];
    const formatter = `${those.map(({ name }) => name).join(', ')}: ${took.length === 1 ? took[0] : `${took[0]} to ${took.at(-1)}`}`;
    // The label stands at the first line; near the right edge it reaches to the left.
    return those.map(({ bin }, at) => ({
      xAxis: bin,
      label: {
        show: at === 0,
        formatter,
        color: colour('text'),
        align: bin > bins * 0.7 ? 'right' : bin < bins * 0.2 ? 'left' : 'center',
      },
    }));
  });
}
