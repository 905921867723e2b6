import { leftOut, shownInput } from '../../contract/approval.js';
import type { Approval, ShownField } from '../../contract/approval.js';
import { shellWord } from '../../contract/visible-text.js';
import { wrapped } from './terminal-rows.js';
import { joined, line } from './terminal-text.js';
import type { Shown, TerminalText } from './terminal-text.js';
import type { Screen } from '../world.js';

/** Stands before every line of a value that has several: what the model wrote cannot pass for what fanfold says. */
const margin = '│ ';

/** What waits to be allowed, its whole input field by field, and how that is done; `by` is what all lines but the first are set in by. */
export function approvalLines(
  workflowId: string,
  approval: Approval,
  screen: Pick<Screen, 'isTerminal' | 'columns'>,
  by = '  ',
): TerminalText {
  const { key, takesName } = approval;
  const columns = screen.isTerminal ? screen.columns - by.length : Infinity;
  const id = shellWord(workflowId);
  const why = takesName ? '; `fanfold approve` takes its name, for its input is large or shown cut' : '';
  const rows = [
    line`${key} waits to be allowed${why}:`,
    ...inputRows(approval, columns).map((row) => line`${by}${row}`),
    line`${by}fanfold approve ${id} ${key} [--deny]`,
  ];
  return joined(rows, '\n');
}

function inputRows(approval: Approval, columns: number): Shown[] {
  if (!('input' in approval)) return ['its input is in a store that is elsewhere, and cannot be shown here'];
  const { fields, left } = shownInput(approval.input);
  if (fields.length === 0) return ['no fields'];
  return [...fields.flatMap((field) => fieldRows(field, columns)), ...(left > 0 ? [leftOut(left, 'fields')] : [])];
}

/** In one row where it fits; else the value below its name, each of its rows behind the margin. */
function fieldRows({ name, value, left }: ShownField, columns: number): Shown[] {
  const marks = left > 0 ? [`  ${leftOut(left)}`] : [];
  const oneRow = line`${name}: ${value}`;
  if (!value.includes('\n') && wrapped(oneRow, columns).length === 1) return [oneRow, ...marks];
  const inner = columns - margin.length - 2;
  const rows = value.split('\n').flatMap((row) => wrapped(row, inner));
  return [line`${name}:`, ...rows.map((row) => line`  ${margin}${row}`), ...marks];
}
