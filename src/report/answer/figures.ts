import type { Reported } from '../../contract/reported.js';
import { visibleLine } from '../../fold/visible-text.js';
import { coverageText } from './state.js';
import { costOf, durationOf, numberOf, timeOf } from './texts.js';

/** What a run took and cost, by name. */
export function figuresOf({ run, asked }: Pick<Reported, 'run' | 'asked'>): [name: string, value: string][] {
  const { usage } = run;
  const models = [...new Set(run.branches.flatMap(({ model }) => model ?? []))];
  return [
    ['kind', visibleLine(run.kind)],
    ['branches ok', coverageText(run)],
    [run.status === 'running' ? 'taken so far' : 'took', durationOf(run.elapsedMs)],
    ['cost', `${costOf(run.costUsd)}${run.offline ? ' (offline)' : ''}`],
    ...(run.savedUsd > 0 ? [['saved by the journal', costOf(run.savedUsd)] as [string, string]] : []),
    ...(run.cacheSavedUsd > 0 ? [['saved by the prompt cache', costOf(run.cacheSavedUsd)] as [string, string]] : []),
    ...(run.lostUsd > 0 ? [['may have been lost', costOf(run.lostUsd)] as [string, string]] : []),
    ['tokens in', numberOf(usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens)],
    ['tokens out', numberOf(usage.outputTokens)],
    ...(usage.webSearches ? [['web searches', numberOf(usage.webSearches)] as [string, string]] : []),
    ...(models.length > 0
      ? [
          [
            models.length === 1 || run.offline ? 'model' : 'models',
            `${run.offline ? 'offline, for ' : ''}${visibleLine(models.join(', '))}`,
          ] as [string, string],
        ]
      : []),
    ['started', timeOf(asked.startedAt)],
    ...(asked.by === null ? [] : [['by', visibleLine(asked.by)] as [string, string]]),
    ...(run.retries === undefined ? [] : [['retries', visibleLine(run.retries.workflowId)] as [string, string]]),
    ...(run.retriedBy === undefined ? [] : [['retried by', visibleLine(run.retriedBy.join(', '))] as [string, string]]),
    ...(run.firstAnswer === undefined
      ? []
      : [['first answer after', durationOf(run.firstAnswer.elapsedMs)] as [string, string]]),
  ];
}
