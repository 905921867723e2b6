import { saysQuote } from '../../fold/findings.js';
import { leftOut } from '../../fold/approval.js';
import { markdownLine, visibleLine } from '../../fold/visible-text.js';
import { safeLink } from '../answer/link.js';
import type { AnswerPart } from '../answer/parts.js';
import { fenced, foreignMarkdown } from './foreign-markdown.js';

/** Most rows of a table: what reads a pull request reads no more, and GitHub takes 65,536 characters. */
const mostRows = 100;

/** Longest text of a cell, in UTF-16 code units. */
const longestCell = 300;

/** Parts of an answer as Markdown below a heading of this depth. */
export function partsMarkdown(parts: readonly AnswerPart[], depth: number): string {
  return parts.map((part) => partMarkdown(part, depth)).join('\n\n');
}

function partMarkdown(part: AnswerPart, depth: number): string {
  switch (part.part) {
    case 'text':
      return foreignMarkdown(part.text, depth);
    case 'section': {
      const note = part.note === undefined ? '' : ` <sub>${inMarkup(part.note)}</sub>`;
      const below = Math.min(6, depth + 1);
      return `${'#'.repeat(below)} ${line(part.title)}${note}\n\n${partsMarkdown(part.parts, below)}`.trimEnd();
    }
    case 'side by side':
      return partsMarkdown(part.columns, depth);
    case 'table':
      return tableMarkdown(part.columns, part.rows);
    case 'fields':
      return part.fields
        .map(({ name, parts }) => itemMarkdown(`**${line(name)}:**`, partsMarkdown(parts, depth)))
        .join('\n');
    case 'list':
      return part.items.map((parts) => itemMarkdown('', partsMarkdown(parts, depth))).join('\n');
    case 'sources':
      return part.sources
        .map(({ number, title, link, by }) => {
          const named = line(title === '' ? link : title);
          const address = safeLink(link);
          return `${number}. ${address === undefined ? named : `[${named}](<${address}>)`} · ${line(by.join(', '))}`;
        })
        .join('\n');
    case 'findings':
      return part.findings
        .map((finding) => {
          const { check, severity, line: row, message, quote, suggestion } = finding;
          const instead = suggestion === undefined ? '' : ` → ${cell(suggestion)}`;
          const quoted = saysQuote(finding) ? '' : `\n  > ${cell(quote)}${instead}`;
          return `- **${severity}**, line ${row}: ${line(message)} _(${line(check)})_${quoted}`;
        })
        .join('\n');
    case 'code':
      return fenced(part.text);
    case 'note':
      return part.tone === 'plain' ? `_${line(part.text)}_` : `> ⚠ ${line(part.text)}`;
  }
}

/** A table; rows beyond those that are read are counted. */
export function tableMarkdown(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const row = (cells: readonly unknown[]) => `| ${cells.map(cell).join(' | ')} |`;
  const left = rows.length - mostRows;
  return [
    row(columns),
    `| ${columns.map(() => '---').join(' | ')} |`,
    ...rows.slice(0, mostRows).map(row),
    ...(left > 0 ? ['', `_${leftOut(left, 'rows')}_`] : []),
  ].join('\n');
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).replace(/\s+/g, ' ');
  return line(text.length > longestCell ? `${text.slice(0, longestCell).replace(/\p{Cs}$/u, '')}…` : text);
}

function itemMarkdown(name: string, text: string): string {
  const [first = '', ...others] = text.split('\n');
  const isOneLine = others.length === 0 && !/^(?:[#>|`-]|\d+\. )/.test(first);
  if (isOneLine) return `- ${name}${name === '' ? '' : ' '}${first}`;
  const rest = (name === '' ? [first, ...others] : ['', first, ...others]).map((row) => (row === '' ? '' : `  ${row}`));
  return name === '' ? `- ${rest.join('\n').trimStart()}` : `- ${name}\n${rest.join('\n')}`;
}

/** Foreign text as one line of text that calls nobody. */
export function line(text: string): string {
  return markdownLine(text.replace(/\s+/g, ' ')).replaceAll(/@(?=[\p{L}\p{N}])/gu, '&#64;');
}

/** Foreign text as one line inside of markup. */
export function inMarkup(text: string): string {
  return visibleLine(text.replace(/\s+/g, ' '))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;');
}
