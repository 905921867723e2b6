import { largest } from '../largest.js';

/**
 * A table of GitHub's Markdown; its first row is the head, as every such table has one. Cells are on one line, and a `|` in them is escaped.
 *
 * @returns nothing where no cell says anything
 */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const width = largest(
    rows.map((row) => row.length),
    0,
  );
  const written = rows.map((row) => {
    const cells = Array.from({ length: width }, (_, at) => cellText(row[at] ?? ''));
    return `| ${cells.join(' | ')} |`;
  });
  const [head, ...rest] = written;
  if (head === undefined || rows.every((row) => row.every((cell) => cell.trim() === ''))) return '';
  return [head, `|${' --- |'.repeat(width)}`, ...rest].join('\n');
}

function cellText(text: string): string {
  return text
    .trim()
    .replaceAll(/\s*\n\s*/g, '<br>')
    .replaceAll(/(?<!\\)\|/g, '\\|');
}
