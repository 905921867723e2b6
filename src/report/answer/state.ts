import type { Run } from '../../contract/run.js';
import { numberOf } from './texts.js';

/** Status of a run in words: a run that waits for a person says so. */
export function statusOf({ status, approvals = [], stopping }: Run): string {
  if (status !== 'running') return status;
  if (stopping === true) return 'was asked to stop';
  return approvals.length > 0 ? 'waits for a person' : 'goes on';
}

/** How many branches are ok, and what becomes of the others. An open run has no last number yet. */
export function coverageText({ status, branches, coverage, approvals = [] }: Run): string {
  const { ok, total } = coverage;
  if (status !== 'running') {
    const skipped = branches.filter((branch) => branch.status === 'skipped').length;
    return `${numberOf(ok)} of ${numberOf(total)}${skipped > 0 ? `, ${numberOf(skipped)} skipped` : ''}`;
  }
  const ended = branches.length;
  const open = [
    ...(ended > ok ? [`${numberOf(ended - ok)} not ok`] : []),
    ...(approvals.length > 0
      ? [`${numberOf(approvals.length)} ${approvals.length === 1 ? 'waits' : 'wait'} to be allowed`]
      : []),
    ...(total > ended ? [`${numberOf(total - ended)} not ended`] : []),
  ];
  return `${numberOf(ok)} so far${open.length === 0 ? '' : `, ${open.join(', ')}`}`;
}
