import type { ListedRun } from '../../client/index.js';
import { formatDuration } from '../../contract/duration.js';
import { visibleLine } from '../../fold/visible-text.js';
import type { Screen } from '../world.js';
import { formatCost } from './amounts.js';
import { columnsOf } from './columns-of.js';
import { line, lines, terminalLine } from './terminal-text.js';
import type { TerminalText } from './terminal-text.js';

/** A run of the list, and what it has to do with others and with people. */
export interface RunRow extends ListedRun {
  retriedBy: readonly string[];
  /** Calls that wait for a person to allow them. */
  waiting: number;
}

interface Column {
  title: string;
  cell(run: RunRow, nowMs: number): string;
}

/** Widest an id may be to stand in its row; a longer one stands above it. */
const widestId = 26;

/** The least that is shown of what a run is about: with less room, columns that say less are left out. */
const leastAbout = 14;

/** Most of what a run is about where there is no screen to fit. */
const mostAbout = 80;

const id: Column = { title: 'id', cell: ({ workflowId }) => workflowId };
const about: Column = { title: 'about', cell: aboutOf };
const priority: Column = { title: 'priority', cell: (run) => (run.priority === undefined ? '' : String(run.priority)) };
const retry: Column = { title: 'retry', cell: retryOf };

const columns: readonly Column[] = [
  { title: 'kind', cell: ({ kind }) => kind },
  { title: 'status', cell: statusOf },
  { title: 'branches', cell: ({ branches }) => branches?.toLocaleString('en') ?? '' },
  {
    title: 'cost',
    cell: ({ costUsd, offline }) => (costUsd === null ? '' : `${formatCost(costUsd)}${offline ? '*' : ''}`),
  },
  {
    title: 'took',
    cell: ({ elapsedMs, status }) =>
      `${formatDuration(elapsedMs).replaceAll(' ', '')}${status === 'running' ? '…' : ''}`,
  },
  { title: 'ago', cell: ({ startedAt }, nowMs) => agoOf(nowMs - Date.parse(startedAt)) },
];

/** Columns that go first where there is no room. What a run has to do with others then stands before what it is about. */
const leftOut = [retry.title, 'kind', 'took', 'ago'];

/**
 * A table of runs. On a terminal no row is wider than it.
 *
 * RunTable-1. An id is never cut: it is what other commands take.
 */
export function runTable(
  runs: readonly RunRow[],
  { isTerminal, columns: width }: Pick<Screen, 'isTerminal' | 'columns'>,
  nowMs = Date.now(),
): TerminalText {
  const most = isTerminal ? Math.max(40, width - 1) : Infinity;
  let all = [
    id,
    ...columns,
    ...(runs.some((run) => run.priority !== undefined) ? [priority] : []),
    ...(runs.some((run) => retryOf(run) !== '') ? [retry] : []),
  ];
  const named = () => {
    const cells = runs.map((run) => all.map((column) => visibleLine(column.cell(run, nowMs))));
    const widths = all.map(({ title }, at) => {
      const widest = cells.map((row) => columnsOf(row[at] ?? '')).filter((length) => at > 0 || length <= widestId);
      return Math.max(title.length, ...widest);
    });
    return { cells, widths, taken: widths.reduce((sum, each) => sum + each + 2, 0) };
  };
  for (const title of leftOut) {
    if (named().taken + leastAbout <= most) break;
    all = all.filter((column) => column.title !== title);
  }
  const { cells, widths, taken } = named();
  const subjectOf = (run: RunRow) =>
    [...(all.includes(retry) ? [] : [retryOf(run)]), about.cell(run, nowMs)].filter((text) => text !== '').join(' · ');
  const room = isTerminal ? most - taken : mostAbout;
  const row = (parts: readonly string[]) =>
    parts.map((part, at) => `${part}${' '.repeat(Math.max(0, (widths[at] ?? 0) - columnsOf(part)))}`).join('  ');
  const marks = runs.some(({ offline, costUsd }) => offline && costUsd !== null);
  return lines([
    `${row(all.map(({ title }) => title))}  ${room >= leastAbout ? about.title : ''}`.trimEnd(),
    ...runs.flatMap((run, at) => {
      const [name = '', ...rest] = cells[at] ?? [];
      const subject = room >= leastAbout ? terminalLine(subjectOf(run), room).text : '';
      const isLong = columnsOf(name) > (widths[0] ?? 0);
      return [...(isLong ? [line`${name}`] : []), `${row([isLong ? '' : name, ...rest])}  ${subject}`.trimEnd()];
    }),
    ...(marks ? ['* of the offline model: what the API would have taken'] : []),
  ]);
}

function statusOf({ status, waiting }: RunRow): string {
  return status === 'running' && waiting > 0 ? 'waiting' : status;
}

/** What a run has to do with others. */
function retryOf({ retries, retriedBy }: RunRow): string {
  const [newest] = retriedBy;
  return [
    ...(retries === null ? [] : [`retries ${retries}`]),
    ...(newest === undefined ? [] : [`retried by ${newest}`]),
  ].join(', ');
}

/** What it is about; of a retry the branches begun anew, for what it retries is told by itself. */
function aboutOf({ title, retries }: RunRow): string {
  const told = `retries ${retries}: `;
  return title?.startsWith(told) ? title.slice(told.length) : (title ?? '');
}

/** How long ago it began, in one unit: `12s`, `5m`, `3h`, `9d`. */
function agoOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
