import type { Token, Tokens } from 'marked';

import { markdownCode, markdownLine, visibleText } from '../../fold/visible-text.js';
import { safeLink } from '../answer/link.js';
import { markdownTokens } from '../answer/markdown-tokens.js';

/**
 * Markdown of a model inside of somebody's page.
 *
 * ForeignMarkdown-1. Blocks are closed, headings stand below `depth`, and markup is text: nothing reaches beyond its place.
 * ForeignMarkdown-2. Images are links, and names behind an `@` call nobody.
 *
 * @param depth of the heading that it stands below
 */
export function foreignMarkdown(text: string, depth: number): string {
  const visible = visibleText(text);
  try {
    return blocks(markdownTokens(visible), depth).join('\n\n');
  } catch {
    // It is nested too deeply to be read.
    return fenced(visible);
  }
}

/** A text in a block of code, which nothing in it ends; formulas in TeX are the language `math`. */
export function fenced(text: string, language = ''): string {
  const shown = visibleText(text);
  const longest = Math.max(2, ...(shown.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${shown}\n${fence}`;
}

function blocks(tokens: readonly Token[], depth: number): string[] {
  return tokens.map((token) => block(token as Tokens.Generic, depth)).filter((each) => each !== '');
}

function block(token: Tokens.Generic, depth: number): string {
  switch (token.type) {
    case 'space':
    case 'checkbox':
      return '';
    case 'heading':
      return `${'#'.repeat(Math.min(6, depth + Number(token['depth'])))} ${inline(token.tokens ?? []).replaceAll('\n', ' ')}`;
    case 'code':
      return fenced(String(token['text']));
    case 'blockquote':
      return indented(blocks(token.tokens ?? [], depth).join('\n\n'), '> ', '> ');
    case 'list':
      return list(token as Tokens.List, depth);
    case 'table':
      return table(token as Tokens.Table);
    case 'hr':
      return '---';
    case 'paragraph':
    case 'text':
      return inline(token.tokens ?? [token]);
    case 'formulaBlock':
      return fenced(
        token.raw
          .trim()
          .slice(2, -2)
          .replaceAll(/^[ \t]*\n|\s+$/g, ''),
        'math',
      );
    case 'def':
      // Its links have their addresses by now: as a definition it would serve the rest of the page.
      return markdownLine(token.raw.trim().replaceAll(/\s+/g, ' '));
    default:
      // Rows of markup may be any block once its first sign is text.
      return token.raw.trim().includes('\n') ? fenced(token.raw.trim()) : plain(token.raw.trim());
  }
}

function list({ ordered, start, items, loose }: Tokens.List, depth: number): string {
  const first = typeof start === 'number' ? start : 1;
  return items
    .map((item, at) => {
      const mark = ordered ? `${first + at}. ` : '- ';
      const box = item.task ? `[${item.checked ? 'x' : ' '}] ` : '';
      return indented(
        `${box}${blocks(item.tokens, depth).join(item.loose || loose ? '\n\n' : '\n')}`,
        mark,
        ' '.repeat(mark.length),
      );
    })
    .join(loose ? '\n\n' : '\n');
}

function indented(text: string, first: string, others: string): string {
  return text
    .split('\n')
    .map((row, at) => `${at === 0 ? first : others}${row}`.trimEnd())
    .join('\n');
}

function table({ header, rows, align }: Tokens.Table): string {
  const cells = (row: readonly Tokens.TableCell[]) =>
    `| ${row
      .map(({ tokens }) =>
        inline(tokens)
          .replaceAll('\n', ' ')
          .replaceAll(/(?<!\\)\|/g, String.raw`\|`),
      )
      .join(' | ')} |`;
  const rule = align.map((side) => (side === 'right' ? '---:' : side === 'center' ? ':---:' : '---'));
  return [cells(header), `| ${rule.join(' | ')} |`, ...rows.map(cells)].join('\n');
}

function inline(tokens: readonly Token[]): string {
  return tokens.map((token) => span(token as Tokens.Generic)).join('');
}

function span(token: Tokens.Generic): string {
  const inner = () => (token.tokens ? inline(token.tokens) : plain(token.raw));
  switch (token.type) {
    case 'strong':
      return `**${inner()}**`;
    case 'em':
      return `${token.raw.startsWith('_') ? '_' : '*'}${inner()}${token.raw.startsWith('_') ? '_' : '*'}`;
    case 'del':
      return token.raw.startsWith('~~') ? `~~${inner()}~~` : plain(token.raw);
    case 'codespan':
      return markdownCode(String(token['text']));
    case 'br':
      return '  \n';
    case 'link':
      return link(inner(), (token as Tokens.Link).href);
    case 'image':
      return link(plain(String(token['text']) || 'image'), (token as Tokens.Image).href);
    case 'checkbox':
      return '';
    case 'text':
      return inner();
    case 'formula':
      // A backtick would begin code that ends elsewhere.
      return token.raw.includes('`') ? markdownCode(token.raw.replaceAll(/\s+/g, ' ')) : plain(token.raw);
    default:
      return plain(token.raw);
  }
}

function link(shown: string, href: string): string {
  const address = safeLink(href);
  return address === undefined ? shown : `[${shown}](<${address}>)`;
}

/** Text that is no markup, and calls nobody. A backtick in it began no code, and would with that of another length behind it. */
function plain(text: string): string {
  return text
    .replaceAll(/\\[^]|`/g, (signs) => (signs === '`' ? '\\`' : signs))
    .replaceAll('<', '&lt;')
    .replaceAll('![', String.raw`!\[`)
    .replaceAll('](', String.raw`]\(`)
    .replaceAll(/@(?=[\p{L}\p{N}])/gu, '&#64;');
}
