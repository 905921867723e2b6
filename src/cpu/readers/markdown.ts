/** Blocks of Markdown, apart by an empty line. */
export function blocks(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part.trim() !== '').join('\n\n');
}

/** @param level 1 to 6; deeper ones are 6 */
export function heading(level: number, text: string): string {
  const line = oneLine(text);
  return line === '' ? '' : `${'#'.repeat(Math.min(6, Math.max(1, level)))} ${line}`;
}

/** A table whose first row is its header. Rows are filled up to the same width, and empty ones and columns at its end left out. */
export function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(cell));
  while (cells.at(-1)?.every((text) => text === '') === true) cells.pop();
  const width = cells.reduce((most, row) => Math.max(most, row.findLastIndex((text) => text !== '') + 1), 0);
  if (width === 0) return '';
  const lines = cells.map((row) => `| ${Array.from({ length: width }, (_, at) => row[at] ?? '').join(' | ')} |`);
  return [lines[0], `|${' --- |'.repeat(width)}`, ...lines.slice(1)].join('\n');
}

/** An item of a list. @param depth 0 for the outermost */
export function item(depth: number, mark: string, text: string): string {
  const indent = '   '.repeat(depth);
  return `${indent}${mark} ${text.trim().replaceAll('\n', `\n${indent}${' '.repeat(mark.length + 1)}`)}`;
}

/** A link, or the text alone where the address says nothing more. */
export function link(text: string, address: string): string {
  if (text.trim() === '' || address === '' || /^\s*javascript:/i.test(address)) return text;
  if (text.trim() === address || `mailto:${text.trim()}` === address) return text;
  return `[${text}](${address.replaceAll(/[\s()]/g, (character) => encodeURIComponent(character).replace('(', '%28').replace(')', '%29'))})`;
}

export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** The text of a cell: one line, without what would end it. */
function cell(text: string): string {
  return text
    .trim()
    .replaceAll('|', String.raw`\|`)
    .replaceAll(/[^\S\n]*\n\s*/g, '<br>');
}
