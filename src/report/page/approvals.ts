import { leftOut, shownInput } from '../../fold/approval.js';
import type { Approval } from '../../contract/run.js';
import { shellWord, visibleLine } from '../../fold/visible-text.js';
import { element, find } from './dom.js';

/** The calls that wait to be allowed, each with its whole input, field by field; nothing where no call waits. */
export function showApprovals(workflowId: string, approvals: readonly Approval[]): void {
  if (approvals.length === 0) find('approvals-section').remove();
  else find('approvals').append(...approvals.flatMap((approval) => elementsOf(workflowId, approval)));
}

function elementsOf(workflowId: string, approval: Approval): HTMLElement[] {
  const { key, takesName } = approval;
  const how = element('p', element('code', `fanfold approve ${shellWord(workflowId)} ${visibleLine(key)} [--deny]`));
  if (takesName) how.append(' takes its name, for its input is large or shown cut.');
  return [element('h3', visibleLine(key)), inputOf(approval), how];
}

function inputOf(approval: Approval): HTMLElement {
  if (!('input' in approval)) return element('p', 'Its input is in a store that is elsewhere.');
  const { fields, left } = shownInput(approval.input);
  const rows = fields.flatMap((field) => [
    element('dt', visibleLine(field.name)),
    element('dd', field.value, ...(field.left > 0 ? [element('em', ` ${leftOut(field.left)}`)] : [])),
  ]);
  if (left > 0) rows.push(element('dd', element('em', leftOut(left, 'fields'))));
  return rows.length === 0 ? element('p', 'No fields.') : element('dl', ...rows);
}
