import type { Token, Tokens } from 'marked';
import pc from 'picocolors';

import { markdownTokens } from '../../report/answer/markdown-tokens.js';
import { columnsOf } from './columns-of.js';
import { inlineText } from './markdown-inline.js';
import { tableLines } from './markdown-table.js';
import { rendered, terminalText } from './terminal-text.js';
import type { TerminalText } from './terminal-text.js';
import { wrapped } from './wrapped.js';

/** Widest line of prose, in columns: longer ones are hard to read. */
const mostColumns = 100;

/** Narrowest text inside of lists and quotes, in columns. */
const fewestColumns = 12;

const { bold, underline, yellow, dim } = pc.createColors(true);

/**
 * Markdown as a terminal shows it best, and nothing else than it says.
 *
 * Markdown-1. Links are shown with where they lead, never hidden behind their text.
 * Markdown-2. A list has the numbers that it was given, and what belongs to an item is set in below its text.
 * Markdown-3. Code is line by line as it was, and never wrapped.
 *
 * @param columns width of the terminal
 */
export function renderMarkdown(text: string, columns: number): TerminalText {
  const tokens = markdownTokens(terminalText(text).text);
  const whole = Math.max(fewestColumns, columns - 2);
  const lines = blockLines(tokens, { prose: Math.min(mostColumns, whole), whole }, true);
  return rendered(lines.join('\n').replace(/^\n+|\s+$/g, ''));
}

/** How many columns there are for text, and for what cannot be wrapped as well as text. */
interface Widths {
  prose: number;
  whole: number;
}

/** @param loose whether an empty line stands between blocks */
function blockLines(tokens: readonly Token[], widths: Widths, loose: boolean): string[] {
  const blocks = tokens.map((token) => linesOf(token as Tokens.Generic, widths)).filter((lines) => lines.length > 0);
  return blocks.flatMap((lines, at) => (loose && at > 0 ? ['', ...lines] : lines));
}

function linesOf(token: Tokens.Generic, widths: Widths): string[] {
  switch (token.type) {
    case 'space':
      return [];
    case 'heading': {
      const shown = bold(inlineText(token.tokens ?? []));
      return wrapped(token['depth'] === 1 ? underline(shown) : shown, widths.prose);
    }
    case 'code':
      return (token['text'] as string).split('\n').map((line) => (line === '' ? '' : `    ${yellow(line)}`));
    case 'blockquote':
      return blockLines(token.tokens ?? [], narrower(widths, 2), true).map((line) => `${dim('│')} ${line}`.trimEnd());
    case 'list':
      return listLines(token as Tokens.List, widths);
    case 'table':
      return tableLines(token as Tokens.Table, widths.whole);
    case 'hr':
      return [dim('─'.repeat(widths.prose))];
    case 'checkbox':
      return [];
    case 'paragraph':
    case 'text':
      return wrapped(inlineText(token.tokens ?? [token]), widths.prose);
    default:
      // Markup, and definitions of links: as they are.
      return token.raw.trim() === '' ? [] : token.raw.trim().split('\n');
  }
}

function listLines(list: Tokens.List, widths: Widths): string[] {
  const marks = marksOf(list);
  const markWidth = Math.max(...marks.map((mark) => columnsOf(mark)));
  return list.items.flatMap((item, at) => {
    const box = item.task ? `[${item.checked ? 'x' : ' '}] ` : '';
    const inside = blockLines(item.tokens, narrower(widths, markWidth + 1 + box.length), item.loose || list.loose);
    const mark = (marks[at] ?? '').padStart(markWidth);
    const lines = (inside.length > 0 ? inside : ['']).map((line, row) =>
      row === 0 ? `${mark} ${box}${line}` : line === '' ? '' : `${' '.repeat(markWidth + 1)}${line}`,
    );
    return list.loose && at > 0 ? ['', ...lines] : lines;
  });
}

/** What stands before each item: the numbers as they were given, or one after the other where all are the same. */
function marksOf({ ordered, start, items }: Tokens.List): string[] {
  if (!ordered) return items.map(() => '•');
  const given = items.map(({ raw }) => /^\s*(\d{1,9})([.)])/.exec(raw));
  const first = typeof start === 'number' ? start : 1;
  const same = given.every((found) => found?.[1] === given[0]?.[1]);
  return items.map((_, at) => `${same ? first + at : (given[at]?.[1] ?? first + at)}${given[at]?.[2] ?? '.'}`);
}

function narrower({ prose, whole }: Widths, by: number): Widths {
  return { prose: Math.max(fewestColumns, prose - by), whole: Math.max(fewestColumns, whole - by) };
}
