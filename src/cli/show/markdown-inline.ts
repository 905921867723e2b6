import type { Token, Tokens } from 'marked';
import pc from 'picocolors';

import { visibleText } from '../../fold/visible-text.js';

const { bold, italic, strikethrough, cyan } = pc.createColors(true);

/** The text of a line of Markdown, emphasis as colours; `\n` where a line ends by itself. */
export function inlineText(tokens: readonly Token[]): string {
  return tokens.map((token, at) => shown(token as Tokens.Generic, tokens[at - 1], tokens[at + 1])).join('');
}

function shown(token: Tokens.Generic, before: Token | undefined, after: Token | undefined): string {
  const inner = () => (token.tokens ? inlineText(token.tokens) : oneLine(decoded(String(token['text'] ?? ''))));
  switch (token.type) {
    case 'text':
      return inner();
    case 'escape':
      return oneLine(String(token['text']));
    case 'strong':
      return bold(inner());
    case 'em':
      // 2*3*4 is a product, although Markdown takes it for emphasis.
      return isWithinWord(token, before, after) ? `*${inner()}*` : italic(inner());
    case 'del':
      // Two tildes strike out; with one they stand for "about" as well.
      return token.raw.startsWith('~~') ? strikethrough(inner()) : `~${inner()}~`;
    case 'codespan':
      return cyan(oneLine(String(token['text'])));
    case 'br':
      return '\n';
    case 'link':
      return linked(inner(), token as Tokens.Link);
    case 'image':
      return linked(oneLine(decoded(String(token['text']))), token as Tokens.Image);
    case 'checkbox':
      return '';
    case 'html':
      return /^<br\s*\/?>$/i.test(token.raw.trim()) ? '\n' : oneLine(token.raw);
    default:
      return oneLine(token.raw);
  }
}

function linked(text: string, { href, title }: Pick<Tokens.Link, 'href' | 'title'>): string {
  const address = oneLine(href);
  const titled = title ? `${address} "${oneLine(title)}"` : address;
  if (text === '') return titled;
  return text === address || `mailto:${text}` === address ? text : `${text} (${titled})`;
}

function isWithinWord({ raw }: Tokens.Generic, before: Token | undefined, after: Token | undefined): boolean {
  return (
    raw.startsWith('*') && /[\p{L}\p{N})\]]$/u.test(before?.raw ?? '') && /^[\p{L}\p{N}([]/u.test(after?.raw ?? '')
  );
}

/** A line break of the source is a blank; what a reference of HTML has let in, such as `&#27;`, is shown and not obeyed. */
function oneLine(text: string): string {
  return visibleText(text.replaceAll('\n', ' '));
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00A0' };

/** The named references that texts have; numbers are read by `marked`. */
function decoded(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos|nbsp);/g, (whole, name: string) => named[name] ?? whole);
}
