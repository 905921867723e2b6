import { formatDuration } from '../../contract/duration.js';
import type { Run } from '../../contract/run.js';
import { formatCost, formatTokens } from './amounts.js';

/** What a run took and cost in all. */
export function totalText(run: Run): string {
  const priority = run.priority === undefined ? '' : ` · priority ${run.priority}`;
  return `total ${formatDuration(run.elapsedMs)}${waited(run)} · ${formatTokens(run.usage)} · ${formatCost(run.costUsd)}${saved(run)}${cacheSaved(run)}${priority}`;
}

/** The part of a run's time in which it waited for a person. */
function waited({ waitedForPersonMs = 0 }: Run): string {
  return waitedForPersonMs < 1_000 ? '' : ` (${formatDuration(waitedForPersonMs)} of it waiting for a person)`;
}

function saved({ savedUsd }: Run): string {
  return savedUsd > 0 ? `, ${formatCost(savedUsd)} saved by the journal` : '';
}

function cacheSaved({ cacheSavedUsd }: Run): string {
  return cacheSavedUsd > 0 ? `, ${formatCost(cacheSavedUsd)} saved by the prompt cache` : '';
}
