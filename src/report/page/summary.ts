import type { Reported } from '../../contract/reported.js';
import { visibleLine, visibleText } from '../../fold/visible-text.js';
import { element, find } from './dom.js';
import { costOf, durationOf, numberOf } from './texts.js';

/** The head of the page: what the run was, what it took and cost, and what was saved. */
export function showSummary({ run, writtenAt, version }: Reported): void {
  const { usage, coverage } = run;
  document.title = `${run.workflowId} · fanfold`;
  find('title').textContent = visibleLine(run.workflowId);
  find('status').textContent = run.status;
  find('status').dataset['status'] = run.status;
  const facts: [string, string][] = [
    ['kind', run.kind],
    ['branches ok', `${coverage.ok} of ${coverage.total}`],
    ['took', durationOf(run.elapsedMs)],
    ['cost', costOf(run.costUsd)],
    ['saved by the journal', costOf(run.savedUsd)],
    ['saved by the prompt cache', costOf(run.cacheSavedUsd)],
    ['tokens in', numberOf(usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens)],
    ['tokens out', numberOf(usage.outputTokens)],
    ...(run.lostUsd > 0 ? [['may have been lost', costOf(run.lostUsd)] as [string, string]] : []),
    ...(run.retries === undefined ? [] : [['retries', visibleLine(run.retries.workflowId)] as [string, string]]),
    ...(run.retriedBy === undefined ? [] : [['retried by', visibleLine(run.retriedBy.join(', '))] as [string, string]]),
    ...(run.firstAnswer === undefined
      ? []
      : [['first answer after', durationOf(run.firstAnswer.elapsedMs)] as [string, string]]),
  ];
  find('facts').append(...facts.map(([name, value]) => element('div', element('dt', name), element('dd', value))));
  if (run.error !== undefined) find('error').textContent = visibleText(run.error.message);
  if (run.webUi !== null) {
    const link = element('a', 'Open it in Temporal’s Web UI');
    link.href = run.webUi;
    find('links').append(link);
  }
  if (run.offline) find('links').append(element('span', 'Answered by the offline model, priced as the API would.'));
  const path = visibleLine(run.criticalPath.join(' → '));
  find('critical-path').textContent = path === '' ? 'none' : path;
  if (run.fanIn !== undefined) {
    const { how, from, missing, chosen } = run.fanIn;
    const how_ = chosen === undefined ? `${how} of ${from.join(', ')}` : `${how}: ${chosen.key}. ${chosen.reason}`;
    find('fan-in').textContent = visibleText(
      `Fan-in: ${how_}${missing.length > 0 ? ` Without ${missing.join(', ')}.` : ''}`,
    );
  }
  find('written').textContent = `Written by fanfold ${version} at ${writtenAt}.`;
}
