import { formatDuration } from '../../contract/duration.js';
import type { StoredBranch } from '../../contract/branch.js';
import { wasCancelled } from '../../contract/outcome.js';
import type { BranchStatus } from '../../contract/run.js';
import { columnsOf } from './columns-of.js';
import { formatCost, formatTokens } from './amounts.js';
import { joined, line, padded, paints, terminalLine } from './terminal-text.js';
import type { TerminalText } from './terminal-text.js';
import type { Screen } from '../world.js';

/** The look of each status: a sign that reads without colour, and a colour where there is one. */
const looks: Record<BranchStatus, { sign: string; colour: 'green' | 'yellow' | 'red' | 'dim' }> = {
  ok: { sign: '✓', colour: 'green' },
  truncated: { sign: '!', colour: 'yellow' },
  refused: { sign: '!', colour: 'yellow' },
  invalid: { sign: '!', colour: 'yellow' },
  late: { sign: '!', colour: 'yellow' },
  failed: { sign: '✗', colour: 'red' },
  'timed-out': { sign: '✗', colour: 'red' },
  cancelled: { sign: '–', colour: 'dim' },
  skipped: { sign: '–', colour: 'dim' },
};

export type Ended = Pick<StoredBranch, 'key' | 'status' | 'latency' | 'usage' | 'costUsd' | 'attempts' | 'error'> & {
  reused?: boolean;
  from?: string;
};

/** The shortest wait that is told, in milliseconds and as a share of the branch's time. */
const leastWaitMs = 1_000;
const leastWaitShare = 0.1;

/** Whether the branch asked no model: searches and tools spend nothing. */
function askedNobody({ usage, costUsd, reused }: Ended): boolean {
  return reused !== true && costUsd === 0 && usage.inputTokens + usage.outputTokens === 0;
}

/** The part of a branch's time in which nothing worked on it, where it is worth telling. */
function waited({ latency: { queuedMs, retryWaitMs, totalMs } }: Ended): string {
  const waitedMs = Math.min(totalMs, queuedMs + retryWaitMs);
  return waitedMs < leastWaitMs || waitedMs < totalMs * leastWaitShare ? '' : ` (${formatDuration(waitedMs)} waiting)`;
}

/**
 * Columns that the longest of several keys takes.
 *
 * @param most columns of the longest that others are put in line with; a longer one moves what stands beside it alone
 */
export function widestKey(branches: readonly { key: string }[], most = Infinity): number {
  return Math.max(0, ...branches.map(({ key }) => columnsOf(key)).filter((width) => width <= most));
}

/** One line for one outcome: what it was, how long it took, what it cost, and why it is not ok. */
export function outcomeLine(branch: Ended, screen: Pick<Screen, 'colour'>, keyWidth = 0): TerminalText {
  const { sign, colour } = looks[branch.status];
  const paint = paints(screen.colour)[colour];
  const parts = [
    line`${paint(line`${sign} ${padded(branch.key, keyWidth)}`)} ${branch.status === 'ok' ? '' : `${branch.status} `}${formatDuration(branch.latency.totalMs)}${waited(branch)}`,
    ...(branch.from !== undefined || askedNobody(branch) ? [] : [formatTokens(branch.usage)]),
    ...(branch.from !== undefined
      ? [line`from ${terminalLine(branch.from, 100)}`]
      : branch.reused
        ? ['from the journal']
        : askedNobody(branch)
          ? []
          : [formatCost(branch.costUsd)]),
    ...(branch.attempts > 1 ? [`${branch.attempts} attempts`] : []),
  ];
  const { error } = branch;
  // That it was cancelled is said already.
  if (error !== undefined && error.message !== wasCancelled)
    parts.push(line`${error.type}: ${terminalLine(error.message, 200)}`);
  return joined(parts, ' · ');
}
