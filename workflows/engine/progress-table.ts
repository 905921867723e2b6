import { formatDuration } from '../../src/contract/duration.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import type { Progress } from '../../src/contract/run-result.js';
import { addTallies, tallyOf } from '../../src/contract/lanes.js';
import type { Tally } from '../../src/contract/lanes.js';
import { countText, dollarText } from '../../src/contract/usage.js';
import { markdownLine } from '../../src/fold/visible-text.js';

/** States of a branch that has not ended. */
export const openStates: readonly string[] = ['waiting', 'running', 'needs approval'];

/** Most branches that the table has: Temporal keeps 20 KB. */
export const mostRows = 60;

/** How a run stands, with its last branches. */
interface Standing extends Pick<Progress, 'status' | 'branches'> {
  total: number;
  ended: number;
  /** Whether the offline model answers. */
  offline: boolean;
  /** Those that have no row, and what came of them. */
  inLanes: { total: number; tally: Tally };
  /** Whether there are more before the first row. */
  isCut: boolean;
}

/** Where a run's answers are from, in one line: how many from the journal, and who gave how many; nothing where no model was asked. */
export function answeredBy({ models = {}, reused, savedUsd }: Tally, offline: boolean): string[] {
  const names = Object.entries(models);
  const told = names
    .map(([model, count]) => markdownLine(names.length === 1 ? model : `${model} (${countText(count)})`))
    .join(', ');
  const who = offline ? `the offline model, in place of ${told}` : told;
  return [
    ...(told === '' ? [] : [`answered by ${who}`]),
    ...(reused > 0 ? [`${countText(reused)} from the journal, ${dollarText(savedUsd)} saved`] : []),
  ];
}

/** The run as a Markdown table for the Web UI. Calls that wait to be allowed stand below it, already in Markdown. */
export function progressTable(
  { status, total, ended, branches, offline, inLanes, isCut }: Standing,
  outcomes: ReadonlyMap<number, StoredBranch>,
  approvals: readonly string[] = [],
): string {
  const all = addTallies(inLanes.tally, tallyOf([...outcomes.values()]));
  const differ = Object.keys(all.models ?? {}).length > 1;
  const rows = branches.map(({ key: named, index, status: state }) => {
    const key = markdownLine(named);
    const outcome = outcomes.get(index);
    const nothing = differ ? ['', '', '', ''] : ['', '', ''];
    if (outcome === undefined) return row([key, state, ...nothing]);
    const { inputTokens, outputTokens } = outcome.usage;
    const cost = outcome.costUsd === null ? 'unknown' : dollarText(outcome.costUsd);
    // A search and a tool ask no model: zeros would say that it was asked for free.
    const isFree = outcome.model === undefined && inputTokens + outputTokens === 0 && outcome.costUsd === 0;
    return row([
      key,
      outcome.reused ? `${state}, journal` : state,
      ...(differ ? [markdownLine(outcome.model ?? '')] : []),
      formatDuration(outcome.latency.totalMs),
      isFree ? '' : `${countText(inputTokens)} in, ${countText(outputTokens)} out`,
      isFree ? '' : cost,
    ]);
  });
  const lanes = inLanes.total > 0 ? [`${countText(inLanes.total)} in lanes`] : [];
  const head = [
    `**${status}**`,
    `${countText(ended)} of ${countText(total)} branches ended`,
    ...lanes,
    ...answeredBy(all, offline),
  ].join(' · ');
  const columns = ['branch', 'status', ...(differ ? ['answered by'] : []), 'took', 'tokens', 'cost'];
  return [
    head + (isCut ? `; the last ${mostRows}:` : ''),
    '',
    row(columns),
    `|${'---|'.repeat(columns.length)}`,
    ...rows,
    ...approvals.flatMap((approval) => ['', approval]),
  ].join('\n');
}

// No-break spaces make the gaps between columns that the Web UI's tables lack.
function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => `${cell}\u00A0\u00A0`).join(' | ')} |`;
}
