import type { Reported } from '../../contract/reported.js';
import { answeredOffline } from '../../fold/answered-offline.js';
import { visibleLine, visibleText } from '../../fold/visible-text.js';
import { figuresOf } from '../answer/figures.js';
import { statusOf } from '../answer/state.js';
import { timeOf } from '../answer/texts.js';
import { titleOf } from '../answer/title.js';
import { element, find } from './dom.js';
import { anchor } from './markdown-elements.js';

/** The head of the page: what the run was, and what it took and cost. */
export function showSummary(reported: Reported): void {
  const { run, writtenAt, version } = reported;
  const title = titleOf(reported);
  document.title = `${title} · fanfold`;
  find('title').textContent = title;
  if (title !== visibleLine(run.workflowId)) find('run-id').textContent = visibleLine(run.workflowId);
  find('status').textContent = statusOf(run);
  find('status').dataset['status'] = run.status;
  find('facts').append(
    ...figuresOf(reported).map(([name, value]) => element('div', element('dt', name), element('dd', value))),
  );
  if (run.error !== undefined) find('error').textContent = visibleText(run.error.message);
  if (run.webUi !== null) find('links').append(anchor(run.webUi, 'Open it in Temporal’s Web UI'));
  if (answeredOffline(run))
    find('links').append(element('span', 'Answered by the offline model, priced as the API would.'));
  const path = visibleLine(run.criticalPath.join(' → '));
  if (path === '') find('critical').remove();
  else find('critical-path').textContent = path;
  find('written').textContent = `Written by fanfold ${version}, ${timeOf(writtenAt)}.`;
}
