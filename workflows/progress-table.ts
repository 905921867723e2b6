import { formatDuration } from '../src/contract/duration.js';
import type { StoredBranch } from '../src/contract/outcome.js';
import type { Progress } from '../src/contract/run-result.js';

/** The run as a Markdown table for the Web UI; at 50 rows well under the 20 KB that Temporal keeps. */
export function progressTable(progress: Progress, outcomes: ReadonlyMap<number, StoredBranch>): string {
  const ended = progress.branches.filter(({ status }) => status !== 'waiting' && status !== 'running').length;
  const rows = progress.branches.map(({ key, index, status }) => {
    const outcome = outcomes.get(index);
    if (outcome === undefined) return row([key, status, '', '', '']);
    const { inputTokens, outputTokens } = outcome.usage;
    const cost = outcome.costUsd === null ? 'unknown' : `$${outcome.costUsd.toFixed(4)}`;
    return row([key, status, formatDuration(outcome.latency.totalMs), `${inputTokens} in, ${outputTokens} out`, cost]);
  });
  return [
    `**${progress.status}** · ${ended} of ${progress.branches.length} branches ended`,
    '',
    row(['branch', 'status', 'took', 'tokens', 'cost']),
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

// The Web UI's tables have no space between columns; no-break spaces make some.
function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => `${cell}\u00A0\u00A0`).join(' | ')} |`;
}
