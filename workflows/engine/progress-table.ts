import { formatDuration } from '../../src/contract/duration.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import type { Progress } from '../../src/contract/run-result.js';
import { markdownLine } from '../../src/fold/visible-text.js';

/** States of a branch that has not ended. */
export const openStates: readonly string[] = ['waiting', 'running', 'needs approval'];

/** Temporal keeps 20 KB. */
const mostRows = 60;

/** The run as a Markdown table for the Web UI. Calls that wait to be allowed stand below it, already in Markdown. */
export function progressTable(
  progress: Progress,
  outcomes: ReadonlyMap<number, StoredBranch>,
  approvals: readonly string[] = [],
): string {
  const ended = progress.branches.filter(({ status }) => !openStates.includes(status)).length;
  const shown = progress.branches.slice(-mostRows).map((branch) => ({ ...branch, key: markdownLine(branch.key) }));
  const rows = shown.map(({ key, index, status }) => {
    const outcome = outcomes.get(index);
    if (outcome === undefined) return row([key, status, '', '', '']);
    const { inputTokens, outputTokens } = outcome.usage;
    const cost = outcome.costUsd === null ? 'unknown' : `$${outcome.costUsd.toFixed(4)}`;
    return row([key, status, formatDuration(outcome.latency.totalMs), `${inputTokens} in, ${outputTokens} out`, cost]);
  });
  return [
    `**${progress.status}** · ${ended} of ${progress.branches.length} branches ended` +
      (shown.length < progress.branches.length ? `; the last ${mostRows}:` : ''),
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
