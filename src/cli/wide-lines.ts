import pc from 'picocolors';
import sliceAnsi from 'slice-ansi';

import type { RunView } from '../client/index.js';
import { formatDuration } from '../contract/duration.js';
import { formatCost, formatTokens } from './amounts.js';
import type { Screen } from './world.js';

/** A run of too many branches for a line each: how far it is, how fast, what it costs, and how the branches ended. */
export function wideLines(view: RunView, screen: Screen): string[] {
  const { ended, byStatus, usage, costUsd, reused, slowest } = view.tally;
  const { total } = view.planned;
  const { green, yellow } = pc.createColors(screen.colour);
  const elapsedMs = Math.max(1, (view.closedAtMs ?? Date.now()) - view.startedAtMs);
  const perSecond = (ended * 1_000) / elapsedMs;
  const leftMs = perSecond > 0 ? ((total - ended) * 1_000) / perSecond : undefined;
  const width = Math.max(10, Math.min(40, screen.columns - 40));
  const done = Math.round((width * ended) / Math.max(1, total));
  const others = Object.entries(byStatus).filter(([status]) => status !== 'ok');
  const lines = [
    `${green('█'.repeat(done))}${'░'.repeat(width - done)} ${ended.toLocaleString('en')} of ${total.toLocaleString('en')} · ${formatDuration(elapsedMs)}`,
    [
      `${perSecond.toFixed(1)} a second`,
      ...(leftMs === undefined || ended === total ? [] : [`about ${formatDuration(leftMs)} left`]),
      formatTokens(usage),
      formatCost(costUsd),
      ...(reused > 0 ? [`${reused} from the journal`] : []),
    ].join(' · '),
    ...(others.length > 0 ? [yellow(others.map(([status, count]) => `${count} ${status}`).join(', '))] : []),
    ...(slowest === null ? [] : [`slowest: ${slowest.key}, ${formatDuration(slowest.totalMs)}`]),
  ];
  return lines.map((line) => sliceAnsi(line, 0, Math.max(20, screen.columns - 1)));
}
