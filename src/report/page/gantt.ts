import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from 'echarts';

import type { Branch } from '../../contract/run.js';
import { axis, chart, tooltip } from './chart.js';
import type { Chart } from './chart.js';
import { colour, find } from './dom.js';
import { durationOf, marksOf } from '../answer/texts.js';
import { asksModel, workMsOf } from '../answer/work.js';

/** Parts of a bar, and their colours. The waits of a branch are added up: history has no place for each. */
const parts = ['queued', 'retries', 'model', 'other'] as const;

/** Rows that are seen at once. */
const rowsAtOnce = 40;
const rowPx = 22;

interface Segment {
  value: [row: number, startMs: number, endMs: number, part: number];
  branch: number;
}

/** A bar for each branch, from the fan-out to its end, in its parts. */
export function showGantt(
  branches: readonly Branch[],
  criticalPath: readonly string[],
  open: (branch: Branch) => void,
): Chart[] {
  // What was taken over from another run took no time of this one.
  const ended = branches.filter(({ finishedAt, from }) => finishedAt !== null && from === undefined);
  if (ended.length === 0) {
    find('time-section').remove();
    return [];
  }
  const startMs = ended.reduce((least, branch) => Math.min(least, queuedAtMs(branch)), Infinity);
  const places = new Map(branches.map((branch, at) => [branch, at]));
  const segments = ended.flatMap((branch, row) => segmentsOf(branch, row, startMs, places.get(branch) ?? 0));
  const rows = Math.min(ended.length, rowsAtOnce);
  find('gantt').style.height = `${rows * rowPx + 90}px`;
  const critical = new Set(criticalPath);
  const labels = ended.map(({ key }) => (critical.has(key) ? `★ ${key}` : key));
  const option = () => ({
    aria: { enabled: true },
    tooltip: { ...tooltip(), formatter: ({ data }: { data: Segment }) => tellOf(branches[data.branch]) },
    grid: { left: 8, right: 60, top: 8, bottom: 36, containLabel: true },
    xAxis: {
      ...axis(),
      type: 'value',
      splitNumber: find('gantt').clientWidth < 600 ? 3 : 5,
      axisLabel: { color: colour('text'), formatter: durationOf, hideOverlap: true },
    },
    yAxis: {
      ...axis(),
      type: 'category',
      data: labels,
      inverse: true,
      axisLabel: { color: colour('text'), width: labelPx(), overflow: 'truncate' },
    },
    dataZoom: [
      {
        type: 'slider',
        yAxisIndex: 0,
        startValue: 0,
        endValue: rows - 1,
        filterMode: 'weakFilter',
        show: ended.length > rows,
      },
      { type: 'inside', xAxisIndex: 0, filterMode: 'weakFilter', zoomOnMouseWheel: 'ctrl' },
    ],
    series: [{ type: 'custom', renderItem: drawSegment, encode: { x: [1, 2], y: 0 }, clip: true, data: segments }],
  });
  const drawn = chart(
    'gantt',
    option,
    (index) => {
      const branch = branches[index];
      if (branch !== undefined) open(branch);
    },
    { redraws: true },
  );
  return [drawn];

  function drawSegment(_: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI): object {
    const [row, from, to, part] = [0, 1, 2, 3].map((at) => Number(api.value(at))) as Segment['value'];
    const [left = 0, middle = 0] = api.coord([from, row]);
    const [right = 0] = api.coord([to, row]);
    const size = api.size?.([0, 1]);
    const height = Math.min(16, (Array.isArray(size) ? (size[1] ?? 0) : rowPx) * 0.7);
    const branch = ended[row];
    const isLast = part === parts.length - 1;
    const mark = branch !== undefined && isLast ? signsOf(branch) : '';
    return {
      type: 'group',
      children: [
        {
          type: 'rect',
          shape: { x: left, y: middle - height / 2, width: Math.max(right - left, isLast ? 0 : 1), height },
          style: { fill: colour(parts[part] ?? 'other'), opacity: branch?.reused === true ? 0.45 : 1 },
        },
        ...(mark === ''
          ? []
          : [
              {
                type: 'text',
                style: {
                  text: mark,
                  x: right + 4,
                  y: middle - 6,
                  fill: colour(signColour(branch)),
                },
              },
            ]),
      ],
    };
  }
}

/** Room for the names of branches: at most a third of a narrow screen. */
function labelPx(): number {
  return Math.min(220, Math.round(find('gantt').clientWidth * 0.3));
}

/** What was skipped is no failure. */
function signColour(branch: Branch | undefined): string {
  if (branch?.status === 'ok') return 'text';
  return branch?.status === 'skipped' || branch?.status === 'late' ? 'dim' : 'bad';
}

function queuedAtMs({ finishedAt, latency }: Branch): number {
  return Date.parse(finishedAt ?? '') - latency.totalMs;
}

function segmentsOf(branch: Branch, row: number, startMs: number, index: number): Segment[] {
  const { queuedMs, retryWaitMs, totalMs } = branch.latency;
  const modelMs = workMsOf(branch);
  let at = queuedAtMs(branch) - startMs;
  const otherMs = Math.max(0, totalMs - queuedMs - retryWaitMs - modelMs);
  return [queuedMs, retryWaitMs, modelMs, otherMs].flatMap((ms, part): Segment[] => {
    const from = at;
    at += ms;
    // The last part carries the marks, however short it is.
    return ms > 0 || part === parts.length - 1 ? [{ value: [row, from, at, part], branch: index }] : [];
  });
}

function signsOf({ attempts, hedged, reused, status }: Branch): string {
  return [
    ...(reused ? ['↺'] : []),
    ...(hedged ? ['◆'] : []),
    ...(attempts > 1 ? [`×${attempts}`] : []),
    ...(status === 'ok' ? [] : [status]),
  ].join(' ');
}

/** Makes the label an element: a branch's name is a text, and never markup. */
function tellOf(branch: Branch | undefined): HTMLElement {
  const told = document.createElement('div');
  if (branch === undefined) return told;
  const { key, status, latency } = branch;
  const { queuedMs, retryWaitMs, totalMs } = latency;
  const lines = [
    `${key}: ${[status, ...marksOf(branch)].join(', ')}`,
    `${durationOf(totalMs)}: queued ${durationOf(queuedMs)}, ${asksModel(branch) ? 'model' : 'at work'} ${durationOf(workMsOf(branch))}, between tries ${durationOf(retryWaitMs)}`,
  ];
  told.append(...lines.map((line) => Object.assign(document.createElement('div'), { textContent: line })));
  return told;
}
