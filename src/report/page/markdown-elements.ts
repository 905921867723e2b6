import type { Token, Tokens } from 'marked';

import { decodedText, isWithinWord } from '../../fold/markdown-text.js';
import { safeLink } from '../answer/link.js';
import { markdownTokens } from '../answer/markdown-tokens.js';
import { directed, element, preformatted } from './dom.js';

/** Longest text that is read as Markdown, in UTF-16 code units: a longer one would keep the page busy. */
const longest = 300_000;

/** Finds the address of a source by its number; `undefined` where there is none. */
export type Cite = (number: number) => string | undefined;

/**
 * Markdown as elements.
 *
 * MarkdownElements-1. Every element is made here, one by one, and every text is a text node: markup in the source is shown as it stands.
 * MarkdownElements-2. Only a link to a web page or a mail address leads anywhere, and images are links: nothing is fetched.
 */
export function markdown(text: string, cite: Cite = () => undefined): HTMLElement {
  const shown = element('div');
  shown.className = 'markdown';
  const tokens = text.length > longest ? undefined : lexed(text);
  shown.append(...(tokens === undefined ? [preformatted(text)] : blocks(tokens, cite)));
  return shown;
}

/** What is nested too deeply to be read stays as it is. */
function lexed(text: string): Token[] | undefined {
  try {
    return markdownTokens(text);
  } catch {
    return undefined;
  }
}

function blocks(tokens: readonly Token[], cite: Cite): Node[] {
  return tokens.flatMap((token) => block(token as Tokens.Generic, cite));
}

function block(token: Tokens.Generic, cite: Cite): Node[] {
  switch (token.type) {
    case 'space':
    case 'checkbox':
      return [];
    case 'heading':
      // The page has headings of its own above these.
      return [
        directed(token['depth'] < 3 ? 'h4' : token['depth'] < 5 ? 'h5' : 'h6', ...inline(token.tokens ?? [], cite)),
      ];
    case 'code':
      return [preformatted(String(token['text']), element('code', String(token['text'])))];
    case 'blockquote':
      return [directed('blockquote', ...blocks(token.tokens ?? [], cite))];
    case 'list':
      return [list(token as Tokens.List, cite)];
    case 'table':
      return [table(token as Tokens.Table, cite)];
    case 'hr':
      return [element('hr')];
    case 'paragraph':
      return [directed('p', ...inline(token.tokens ?? [], cite))];
    case 'text':
      return [element('div', ...inline(token.tokens ?? [token], cite))];
    default:
      // Markup, and definitions of links: as they are.
      return token.raw.trim() === '' ? [] : [directed('p', token.raw.trim())];
  }
}

function list({ ordered, start, items }: Tokens.List, cite: Cite): HTMLElement {
  const rows = items.map((item) =>
    element('li', ...(item.task ? [item.checked ? '☑ ' : '☐ '] : []), ...blocks(item.tokens, cite)),
  );
  if (!ordered) return directed('ul', ...rows);
  const made = directed('ol', ...rows);
  if (typeof start === 'number') made.start = start;
  return made;
}

function table({ header, rows }: Tokens.Table, cite: Cite): HTMLElement {
  const cells = (name: 'td' | 'th', row: readonly Tokens.TableCell[]) =>
    element('tr', ...row.map(({ tokens }) => element(name, ...inline(tokens, cite))));
  const made = directed(
    'table',
    element('thead', cells('th', header)),
    element('tbody', ...rows.map((row) => cells('td', row))),
  );
  return scrolled(made);
}

/** Lets something wide be moved sideways, so that the page need not. */
export function scrolled(wide: HTMLElement): HTMLElement {
  const shown = element('div', wide);
  shown.className = 'scrolled';
  shown.tabIndex = 0;
  return shown;
}

function inline(tokens: readonly Token[], cite: Cite): Node[] {
  return tokens.flatMap((token, at) => span(token as Tokens.Generic, cite, tokens[at - 1], tokens[at + 1]));
}

function span(token: Tokens.Generic, cite: Cite, before?: Token, after?: Token): Node[] {
  const inner = () =>
    token.tokens ? inline(token.tokens, cite) : cited(decodedText(String(token['text'] ?? '')), cite);
  switch (token.type) {
    case 'text':
      return inner();
    case 'escape':
      return [textNode(String(token['text']))];
    case 'strong':
      return [element('strong', ...inner())];
    case 'em':
      return isWithinWord(token, before, after)
        ? [textNode('*'), ...inner(), textNode('*')]
        : [element('em', ...inner())];
    case 'del':
      // Two tildes strike out; with one they stand for "about" as well.
      return token.raw.startsWith('~~') ? [element('del', ...inner())] : [textNode('~'), ...inner()];
    case 'codespan':
      return [element('code', String(token['text']))];
    case 'br':
      return [element('br')];
    case 'link':
      return link(inner(), (token as Tokens.Link).href);
    case 'image':
      return link([textNode(`🖼 ${decodedText(String(token['text']))}`)], (token as Tokens.Image).href);
    case 'checkbox':
      return [];
    case 'html':
      return /^<br\s*\/?>$/i.test(token.raw.trim()) ? [element('br')] : [textNode(token.raw)];
    default:
      return [textNode(token.raw)];
  }
}

/** A link, with where it leads where its text does not say it. */
function link(shown: readonly Node[], href: string): Node[] {
  const address = safeLink(href);
  const text = shown.map(({ textContent }) => textContent ?? '').join('');
  if (address === undefined) return href === '' || href === text ? [...shown] : [...shown, textNode(` (${href})`)];
  const made = anchor(address, ...shown);
  made.title = address;
  const { host } = made;
  const isSaid = text === '' || host === '' || text.includes(host);
  if (text === '') made.append(address);
  return isSaid ? [made] : [made, textNode(` (${host})`)];
}

/** A link out of the report: whoever it leads to is not told where from. */
export function anchor(address: string, ...shown: readonly (Node | string)[]): HTMLAnchorElement {
  const made = element('a', ...shown);
  made.href = address;
  made.rel = 'noopener noreferrer';
  return made;
}

/** Numbers of sources in brackets, each as a link to its source. */
function cited(text: string, cite: Cite): Node[] {
  return text.split(/(\[\d+(?:\s*,\s*\d+)*\])/).flatMap((part, at) => {
    if (at % 2 === 0) return part === '' ? [] : [textNode(part)];
    return part.split(/(\d+)/).flatMap((piece, place) => {
      const address = place % 2 === 0 ? undefined : cite(Number(piece));
      if (address === undefined) return piece === '' ? [] : [textNode(piece)];
      const made = element('a', piece);
      made.href = address;
      return [made];
    });
  });
}

/** A text that does not reverse or hide its neighbours. */
function textNode(text: string): Node {
  const made = element('span', text);
  return made.firstChild ?? made;
}
