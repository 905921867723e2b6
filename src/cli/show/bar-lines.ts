import { formatDuration } from '../../contract/duration.js';
import type { Tally } from '../../contract/lanes.js';
import { formatCost, formatTokens } from './amounts.js';
import { joined, line, paints } from './terminal-text.js';
import type { TerminalText } from './terminal-text.js';
import type { Screen } from '../world.js';

export interface BarView {
  tally: Tally;
  total: number;
  elapsedMs: number;
}

/** A run of too many branches for a line each: how far it is, how fast, what it costs, and how the branches ended. */
export function barLines(
  { tally, total, elapsedMs }: BarView,
  screen: Pick<Screen, 'columns' | 'colour'>,
): TerminalText[] {
  const { ended, byStatus, slowest } = tally;
  const { green, yellow } = paints(screen.colour);
  const width = Math.max(10, Math.min(40, screen.columns - 40));
  const done = Math.min(width, Math.round((width * ended) / Math.max(1, total)));
  const others = Object.entries(byStatus).filter(([status]) => status !== 'ok');
  return [
    line`${green('█'.repeat(done))}${'░'.repeat(width - done)} ${ended.toLocaleString('en')} of ${total.toLocaleString('en')} · ${formatDuration(elapsedMs)}`,
    speedLine({ tally, total, elapsedMs }),
    ...(others.length > 0 ? [yellow(others.map(([status, count]) => `${count} ${status}`).join(', '))] : []),
    ...(slowest === null ? [] : [line`slowest: ${slowest.key}, ${formatDuration(slowest.totalMs)}`]),
  ];
}

/** How fast a run is, how long it will take, and what it has cost so far. */
export function speedLine({ tally, total, elapsedMs }: BarView): TerminalText {
  const { ended, reused } = tally;
  const perSecond = (ended * 1_000) / Math.max(1, elapsedMs);
  const leftMs = perSecond > 0 ? ((total - ended) * 1_000) / perSecond : undefined;
  return joined(
    [
      `${perSecond.toFixed(1)} a second`,
      ...(leftMs === undefined || ended >= total ? [] : [`about ${formatDuration(leftMs)} left`]),
      formatTokens(tally.usage),
      formatCost(tally.costUsd),
      ...(reused > 0 ? [`${reused.toLocaleString('en')} from the journal`] : []),
    ],
    ' · ',
  );
}
