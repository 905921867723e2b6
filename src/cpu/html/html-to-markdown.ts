import { fencedCode } from '../markdown/fenced-code.js';
import { addressOf } from './around.js';
import type { Around } from './around.js';
import { Flow } from './flow.js';
import { ownElements } from './form.js';
import { holdersOfBlocks, isHidden, isInline } from './hidden.js';
import { superscript } from '../hits/mathematics.js';
import { isNote, noteNumbers } from './notes.js';
import { listMark, styledType } from './list-marks.js';
import { attributeOf, findElement, isElement, parseHtml, textContent } from './parse-html.js';
import type { HtmlElement, HtmlNode } from './parse-html.js';
import { openShadowRoots } from './shadow-roots.js';
import { writeInline } from './write-inline.js';
import { tableText } from './write-table.js';

/** Lists and quotations inside of each other that are indented; what is deeper stands where the last one does. */
const mostIndented = 12;

/**
 * HTML as Markdown, for a reader that takes nothing for markup: text is not escaped, but for `|` in tables.
 *
 * @param base the address of the document
 * @param isPlain without marks for emphasis, code and links
 * @param isFramed whether it is the document of a frame: frames in it are not opened
 * @throws Error where elements are nested too deeply, or there are too many of them
 */
export function htmlToMarkdown(
  html: string,
  { base, isPlain = false, isFramed = false }: { base?: string; isPlain?: boolean; isFramed?: boolean } = {},
): string {
  const document = parseHtml(html);
  const root = document.childNodes.find((node): node is HtmlElement => isElement(node));
  if (root === undefined) return '';
  if (html.includes('shadowrootmode')) openShadowRoots(root);
  const saidBase = findElement(root, ({ tagName }) => tagName === 'base');
  const from = saidBase === undefined ? base : (addressOf(attributeOf(saidBase, 'href'), base) ?? base);
  const around: Around = {
    ...(from !== undefined && URL.canParse(from) && { base: from }),
    isPlain,
    isFramed,
    withNoscript: false,
    holders: holdersOfBlocks(root),
    depth: 0,
    isInCell: false,
    notes: html.includes('noteref') ? noteNumbers(root.childNodes) : new Map(),
    marks: new Set(),
  };
  // Pages that are made by scripts have nothing else.
  const body = blocksOf(root.childNodes, around) || blocksOf(root.childNodes, { ...around, withNoscript: true });
  return isPlain || body === '' || /^# /m.test(body) ? body : withTitle(root, body);
}

function withTitle(root: HtmlElement, body: string): string {
  const element = findElement(
    root,
    ({ tagName, namespaceURI }) => tagName === 'title' && namespaceURI.endsWith('xhtml'),
  );
  const title = element === undefined ? '' : textContent(element).replaceAll(/\s+/g, ' ').trim();
  return title === '' || body.split('\n', 1)[0]?.replace(/^#+ /, '') === title ? body : `# ${title}\n\n${body}`;
}

function blocksOf(nodes: readonly HtmlNode[], around: Around): string {
  const flow = new Flow();
  write(nodes, flow, around);
  return flow.whole;
}

/** Nodes in one line, with the blanks at their ends. */
function inLine(nodes: readonly HtmlNode[], around: Around): string {
  const flow = new Flow();
  // Blanks at the beginning are kept behind a mark.
  flow.raw('\0');
  write(nodes, flow, around);
  flow.raw('\0');
  return flow.whole.replaceAll('\0', '');
}

function write(nodes: readonly HtmlNode[], flow: Flow, around: Around): void {
  for (const [at, node] of nodes.entries()) {
    if (isElement(node)) {
      if (!isHidden(node)) writeElement(node, flow, around, nodes[at + 1]);
    } else if ('value' in node) {
      if (around.keepsLines === true) flow.raw(node.value.replaceAll('\r\n', '\n'));
      else flow.text(node.value);
    }
    // What is marked as text in XHTML is a comment in HTML.
    else if ('data' in node && node.data.startsWith('[CDATA[')) flow.text(node.data.slice(7).replace(/\]\]$/, ''));
  }
}

function writeElement(element: HtmlElement, flow: Flow, given: Around, next: HtmlNode | undefined): void {
  const around = withLines(element, given);
  const { tagName: tag, childNodes } = element;
  if (tag === 'noscript' && !around.withNoscript) return;
  if (
    writeInline(element, flow, around, {
      write,
      inLine,
      next,
      whole: (html) => htmlToMarkdown(html, { ...around, isFramed: true }),
    })
  )
    return;
  if (isInline(element)) {
    write(childNodes, flow, around);
    return;
  }
  flow.end();
  // What is very deep is written once, and not once more for each level.
  if (around.depth > mostIndented && /^([ou]l|menu|dir|li|dd|blockquote|table)$/.test(tag))
    write(childNodes, flow, around);
  else writeBlock(element, flow, around);
  flow.end();
}

/** Messages and pages of text keep their lines by a style, and not by `pre`. */
function withLines(element: HtmlElement, around: Around): Around {
  const [, how] = /(?:^|;)\s*white-space\s*:\s*([a-z-]+)/i.exec(attributeOf(element, 'style') ?? '') ?? [];
  return how === undefined ? around : { ...around, keepsLines: /^(pre|break-spaces)/i.test(how) };
}

function writeBlock(element: HtmlElement, flow: Flow, around: Around): void {
  const { tagName: tag, childNodes } = element;
  switch (tag) {
    case 'h1':
    case 'h2':
    case 'h3':
    case 'h4':
    case 'h5':
    case 'h6': {
      const text = blocksOf(childNodes, { ...around, marks: new Set(['strong']) }).replaceAll(/\s+/g, ' ');
      if (text !== '') flow.block(around.isPlain || around.isInCell ? text : `${'#'.repeat(Number(tag[1]))} ${text}`);
      return;
    }
    case 'pre':
    case 'listing':
    case 'xmp':
    case 'plaintext':
      writePre(element, flow, around);
      return;
    case 'ul':
    case 'ol':
    case 'menu':
    case 'dir':
      writeList(element, flow, around);
      return;
    case 'li':
      writeItem(element, '- ', flow, around);
      return;
    case 'dd':
      flow.block(indented(blocksOf(childNodes, deeper(around)), ': '), true);
      return;
    case 'blockquote':
      flow.block(quoted(blocksOf(childNodes, deeper(around)), around));
      return;
    case 'table':
      flow.block(tableText(element, around, (nodes, how) => blocksOf(nodes, how)));
      return;
    case 'hr':
      if (!around.isPlain) flow.block('---');
      return;
    case 'noframes':
      // It is text for the parser where frames are shown.
      flow.block(htmlToMarkdown(textContent(element), around));
      return;
    case 'optgroup':
    case 'option':
      flow.text(` ${textContent(element)} `);
      return;
    default:
      if (isNote(element) && around.notes.has(attributeOf(element, 'id') ?? '')) writeNote(element, flow, around);
      else write(childNodes, flow, around);
  }
}

/** A note, with the number that its reference has where it does not say it. */
function writeNote(element: HtmlElement, flow: Flow, around: Around): void {
  const number = around.notes.get(attributeOf(element, 'id') ?? '') ?? '';
  const text = blocksOf(element.childNodes, around);
  const said = text.replace(/^[^\p{L}\p{N}*†‡]+/u, '');
  const raised = superscript(number);
  const isNumbered =
    (said.startsWith(number) && !isLonger(number, said.slice(number.length))) ||
    (raised !== number && text.startsWith(raised));
  flow.block(isNumbered || text === '' ? text : `${raised} ${text}`);
}

/** Whether a number, or the letter of a note, is the beginning of a longer one, of a word, a date or an ordinal. */
function isLonger(number: string, rest: string): boolean {
  if (/\p{L}$/u.test(number)) return /^[\p{L}\p{N}]/u.test(rest);
  return /\d$/.test(number) && /^(?:\d|[.,:/–-]\d|(?:st|nd|rd|th)(?!\p{L}))/u.test(rest);
}

function deeper(around: Around): Around {
  return { ...around, depth: around.depth + 1 };
}

function writePre(element: HtmlElement, flow: Flow, around: Around): void {
  const text = element.childNodes
    .map((child) => textContent(child))
    .join('')
    .replaceAll('\r\n', '\n');
  if (around.isPlain || around.isInCell || text.trim() === '') {
    flow.block(text.replace(/^\n+|\s+$/g, ''));
    return;
  }
  const code = ownElements(element).find(({ tagName }) => tagName === 'code');
  const names = [code, element].map((each) => (each === undefined ? '' : (attributeOf(each, 'class') ?? ''))).join(' ');
  flow.block(fencedCode(text, /(?:^|\s)lang(?:uage)?-([\w+#.-]+)/.exec(names)?.[1]));
}

function writeList(list: HtmlElement, flow: Flow, around: Around): void {
  const items = ownElements(list).filter(({ tagName }) => tagName === 'li');
  const isReversed = attributeOf(list, 'reversed') !== undefined;
  let number = integer(attributeOf(list, 'start')) ?? (isReversed ? items.length : 1);
  const inner = new Flow();
  for (const child of list.childNodes) {
    if (!isElement(child) || child.tagName !== 'li' || isHidden(child)) {
      write([child], inner, around);
      continue;
    }
    number = integer(attributeOf(child, 'value')) ?? number;
    const type = styledType(attributeOf(child, 'style')) ?? styledType(attributeOf(list, 'style'));
    const mark = list.tagName === 'ol' ? listMark(number, type ?? attributeOf(list, 'type') ?? '') : '-';
    writeItem(child, around.isPlain && mark === '-' ? '' : `${mark} `, inner, around);
    number += isReversed ? -1 : 1;
  }
  flow.block(inner.whole, around.depth > 0 && !around.isPlain);
}

function writeItem(item: HtmlElement, mark: string, flow: Flow, around: Around): void {
  flow.block(indented(blocksOf(item.childNodes, deeper(around)), mark), true);
}

function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*[+-]?\d{1,9}/.test(text) ? Number.parseInt(text, 10) : undefined;
}

/** Lines behind a mark, and below it. */
function indented(text: string, mark: string): string {
  if (text === '') return '';
  return mark + text.replaceAll(/\n(?!\n)/g, `\n${' '.repeat(mark.length)}`);
}

function quoted(text: string, { isPlain }: Around): string {
  if (text === '' || isPlain) return text;
  return text.replaceAll(/^/gm, '> ').replaceAll(/^> $/gm, '>');
}
