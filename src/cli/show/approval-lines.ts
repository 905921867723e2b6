import { leftOut, shownInput } from '../../fold/approval.js';
import type { ShownField } from '../../fold/approval.js';
import type { Approval } from '../../contract/run.js';
import { shellWord } from '../../fold/visible-text.js';
import { wrapped } from './terminal-rows.js';
import { joined, line } from './terminal-text.js';
import type { Shown, TerminalText } from './terminal-text.js';
import type { Screen } from '../world.js';

/** Stands before every line of a value that has several lines: the model's words cannot pass for fanfold's. */
const margin = '│ ';

/**
 * The calls that wait to be allowed, with their whole input field by field, and the commands to allow them. All lines but the
 * first are indented by `by`.
 */
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

/** Shows a field in one row where it fits. Otherwise the value stands below its name, each row behind the margin. */
function fieldRows({ name, value, left }: ShownField, columns: number): Shown[] {
  const marks = left > 0 ? [`  ${leftOut(left)}`] : [];
  const oneRow = line`${name}: ${value}`;
  if (!value.includes('\n') && wrapped(oneRow, columns).length === 1) return [oneRow, ...marks];
  const inner = columns - margin.length - 2;
  const rows = value.split('\n').flatMap((row) => wrapped(row, inner));
  return [line`${name}:`, ...rows.map((row) => line`  ${margin}${row}`), ...marks];
}
