import type { Tokens } from 'marked';
import pc from 'picocolors';

import { inlineTokens } from '../../report/answer/markdown-tokens.js';
import { columnsOf } from './columns-of.js';
import { inlineText } from './markdown-inline.js';
import { wrapped } from './wrapped.js';

const { bold, dim } = pc.createColors(true);

const between = ' │ ';

/** Narrowest column that is still read as one. */
const fewestColumns = 8;

/** A table in at most so many columns; where that makes its own columns too narrow, row by row with the headings before each cell. */
export function tableLines(table: Tokens.Table, columns: number): string[] {
  const header = table.header.map(({ tokens }) => bold(inlineText(tokens)));
  const rows = rowsOf(table);
  const natural = header.map((cell, at) => Math.max(1, ...[cell, ...rows.map((row) => row[at] ?? '')].map(widest)));
  const widths = fitted(natural, columns - between.length * (natural.length - 1));
  if (widths === undefined) return listed(header, rows, columns);
  const shown = (cells: readonly string[]) => rowLines(cells, widths, table.align);
  const rule = dim(widths.map((width) => '─'.repeat(width)).join('─┼─'));
  const bodies = rows.map(shown);
  const ruled = bodies.some((lines) => lines.length > 1);
  return [...shown(header), rule, ...bodies.flatMap((lines, at) => (ruled && at > 0 ? [dim(rule), ...lines] : lines))];
}

/** Texts of cells. A row that has more of them than the head loses none: bars in code are no ends, and what is too much is in the last. */
function rowsOf({ header, rows, raw }: Tokens.Table): string[][] {
  const sources = raw.trimEnd().split('\n').slice(2);
  return rows.map((row, at) => {
    const source = sources.length === rows.length ? (sources[at] ?? '') : '';
    const parts = source
      .trim()
      .replace(/^\||(?<!\\)\|$/g, '')
      .split(/(?<!\\)\|/);
    if (parts.length <= header.length) return row.map(({ tokens }) => inlineText(tokens));
    const whole = parts.reduce<string[]>((cells, part) => {
      const last = cells.at(-1);
      const isInCode = last !== undefined && (last.split('`').length - 1) % 2 === 1;
      return isInCode ? [...cells.slice(0, -1), `${last}|${part}`] : [...cells, part];
    }, []);
    const kept = [...whole.slice(0, header.length - 1), whole.slice(header.length - 1).join('|')];
    return kept.map((cell) => inlineText(inlineTokens(cell.trim().replaceAll(String.raw`\|`, '|'))));
  });
}

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => columnsOf(line)));
}

/** Widths that fit: columns that need less than their share keep it, the others have the rest in equal parts. */
function fitted(natural: readonly number[], room: number): number[] | undefined {
  const widths = [...natural];
  let open = natural.map((_, at) => at);
  let left = room;
  while (open.length > 0) {
    const share = Math.floor(left / open.length);
    const small = open.filter((at) => (natural[at] ?? 0) <= share);
    if (small.length === 0) {
      if (share < fewestColumns) return undefined;
      for (const at of open) widths[at] = share;
      return widths;
    }
    left -= small.reduce((sum, at) => sum + (natural[at] ?? 0), 0);
    open = open.filter((at) => !small.includes(at));
  }
  return widths;
}

function rowLines(cells: readonly string[], widths: readonly number[], align: Tokens.Table['align']): string[] {
  const wrappedCells = widths.map((width, at) => wrapped(cells[at] ?? '', width));
  const height = Math.max(...wrappedCells.map(({ length }) => length));
  return Array.from({ length: height }, (_, row) =>
    widths
      .map((width, at) => aligned(wrappedCells[at]?.[row] ?? '', width, align[at] ?? 'left'))
      .join(dim(between))
      .trimEnd(),
  );
}

function aligned(text: string, width: number, align: 'left' | 'center' | 'right'): string {
  const free = Math.max(0, width - columnsOf(text));
  const before = align === 'right' ? free : align === 'center' ? Math.floor(free / 2) : 0;
  return `${' '.repeat(before)}${text}${' '.repeat(free - before)}`;
}

function listed(header: readonly string[], rows: readonly (readonly string[])[], columns: number): string[] {
  return rows.flatMap((row, at) => [
    ...(at > 0 ? [dim('─'.repeat(columns))] : []),
    ...row.flatMap((cell, column) => {
      const [first = '', ...rest] = wrapped(`${header[column] ?? ''}: ${cell}`, columns - 2);
      return [first, ...rest.map((line) => `  ${line}`)];
    }),
  ]);
}
