import type { Token, Tokens } from 'marked';
import pc from 'picocolors';

import { decodedText, isWithinWord } from '../../fold/markdown-text.js';
import { visibleText } from '../../fold/visible-text.js';

const { bold, italic, strikethrough, cyan } = pc.createColors(true);

/** The text of a line of Markdown, emphasis as colours; `\n` where a line ends by itself. */
export function inlineText(tokens: readonly Token[]): string {
  return tokens.map((token, at) => shown(token as Tokens.Generic, tokens[at - 1], tokens[at + 1])).join('');
}

function shown(token: Tokens.Generic, before: Token | undefined, after: Token | undefined): string {
  const inner = () => (token.tokens ? inlineText(token.tokens) : lines(decodedText(String(token['text'] ?? ''))));
  switch (token.type) {
    case 'text':
      return inner();
    case 'escape':
      return oneLine(String(token['text']));
    case 'strong':
      return isOfCode(token.raw) ? bold(oneLine(token.raw)) : bold(inner());
    case 'em':
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
      return linked(oneLine(decodedText(String(token['text']))), token as Tokens.Image);
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

/** A name of Python, such as `__init__`, and no emphasis. */
function isOfCode(raw: string): boolean {
  return /^__[a-z]+(?:_[a-z]+)*__$/.test(raw);
}

/**
 * Where a line begins that looks like an item: in Markdown no list begins inside of a paragraph, unless with 1 or a bullet of its own. Clauses in
 * brackets, paragraphs of a law, numbers of sources and notes, and bullets as word processors have them are meant as items, too.
 */
const itemBegins =
  /\n[ \t]*(?=(?:\(?(?:\d{1,9}|[A-Za-z]|[ivxlc]{1,7}|[IVXLC]{1,7})(?:\.|\))|\[\^?\w{1,9}\]:?|§+[ \u00A0]?\d+\w?|[•‣◦▪●○–—☐☑☒✓✔✗✘✅❌⚠]\uFE0F?)[ \t]+\S)/u;

/** Lines of the source are one, but for those that look like items of a list. */
function lines(text: string): string {
  return text.split(itemBegins).map(oneLine).join('\n');
}

/** A line break of the source is a blank; what a reference of HTML has let in, such as `&#27;`, is shown and not obeyed. */
function oneLine(text: string): string {
  return visibleText(text.replaceAll(/\n[ \t]*/g, ' '));
}
