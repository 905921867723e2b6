import type { Branch } from '../../contract/run.js';
import { quantile } from '../../fold/slow.js';
import { binOf, binsOf } from '../answer/bins.js';
import type { Bins } from '../answer/bins.js';
import { durationOf } from '../answer/texts.js';
import { axis, chart, tooltip } from './chart.js';
import type { Chart } from './chart.js';
import { colour, find } from './dom.js';

/** Pixels that a label takes: quantiles that are nearer to each other share one. */
const labelPx = 110;

/** Room beside the bars, in pixels, the labels of the axis with it. */
const besidePx = 110;

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
  const bins = binsOf(sorted);
  const { counts, labels } = bins;
  const option = () => ({
    aria: { enabled: true },
    tooltip: tooltip(),
    grid: { left: 8, right: 60, top: 28, bottom: 8, containLabel: true },
    xAxis: { ...axis(), type: 'category', data: labels },
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
          data: marks(sorted, bins, (find('histogram').clientWidth - besidePx) / counts.length),
        },
      },
    ],
  });
  return [chart('histogram', option, () => {}, { redraws: true })];
}

/** A line for each quantile, or for several whose labels would lie over each other. */
function marks(sorted: readonly number[], bins: Bins, binPx: number): object[] {
  const quantiles = [0.5, 0.95, 0.99].map((share) => {
    const ms = quantile(sorted, share);
    return { name: `p${share * 100}`, ms, bin: binOf(ms, bins) };
  });
  const groups: (typeof quantiles)[] = [];
  for (const each of quantiles) {
    const group = groups.at(-1);
    const before = group?.at(-1);
    if (group !== undefined && before !== undefined && (each.bin - before.bin) * binPx < labelPx) group.push(each);
    else groups.push([each]);
  }
  const last = bins.counts.length;
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
        align: bin > last * 0.7 ? 'right' : bin < last * 0.2 ? 'left' : 'center',
      },
    }));
  });
}
