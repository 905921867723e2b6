import { formatDuration } from '../../src/contract/duration.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import type { Progress } from '../../src/contract/run-result.js';
import { dollarText } from '../../src/contract/usage.js';
import { markdownLine } from '../../src/fold/visible-text.js';

/** States of a branch that has not ended. */
export const openStates: readonly string[] = ['waiting', 'running', 'needs approval'];

/** Most branches that the table has: Temporal keeps 20 KB. */
export const mostRows = 60;

/** How a run stands, with its last branches. */
interface Standing extends Pick<Progress, 'status' | 'branches'> {
  total: number;
  ended: number;
}

/** The run as a Markdown table for the Web UI. Calls that wait to be allowed stand below it, already in Markdown. */
export function progressTable(
  { status, total, ended, branches }: Standing,
  outcomes: ReadonlyMap<number, StoredBranch>,
  approvals: readonly string[] = [],
): string {
  const rows = branches.map(({ key: named, index, status: state }) => {
    const key = markdownLine(named);
    const outcome = outcomes.get(index);
    if (outcome === undefined) return row([key, state, '', '', '']);
    const { inputTokens, outputTokens } = outcome.usage;
    const cost = outcome.costUsd === null ? 'unknown' : dollarText(outcome.costUsd);
    return row([
      key,
      outcome.reused ? `${state}, journal` : state,
      formatDuration(outcome.latency.totalMs),
      `${inputTokens} in, ${outputTokens} out`,
      cost,
    ]);
  });
  return [
    `**${status}** · ${ended} of ${total} branches ended` + (branches.length < total ? `; the last ${mostRows}:` : ''),
    '',
    row(['branch', 'status', 'took', 'tokens', 'cost']),
    '|---|---|---|---|---|',
    ...rows,
    ...approvals.flatMap((approval) => ['', approval]),
  ].join('\n');
}

// No-break spaces make the gaps between columns that the Web UI's tables lack.
function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => `${cell}\u00A0\u00A0`).join(' | ')} |`;
}
