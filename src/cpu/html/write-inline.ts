import { isBeforeFraction, isBehindOpenEnd, subscript, superscript } from '../hits/mathematics.js';
import { largest } from '../largest.js';
import { addressOf } from './around.js';
import type { Around } from './around.js';
import { fieldText } from './form.js';
import type { Flow } from './flow.js';
import { formulaText, texOf } from './formula.js';
import { isFormula } from './hidden.js';
import { isNoteReference } from './notes.js';
import { attributeOf, findElement, textContent } from './parse-html.js';
import type { HtmlElement, HtmlNode } from './parse-html.js';

/** Marks around what is emphasised or edited. */
const marks: Readonly<Record<string, readonly [kind: string, before: string, after: string]>> = {
  strong: ['strong', '**', '**'],
  b: ['strong', '**', '**'],
  em: ['em', '*', '*'],
  i: ['em', '*', '*'],
  del: ['del', '~~', '~~'],
  s: ['del', '~~', '~~'],
  strike: ['del', '~~', '~~'],
  ins: ['ins', '<ins>', '</ins>'],
  q: ['q', '“', '”'],
};

/** Longest text that is raised or lowered sign by sign. */
const longestShifted = 80;

/** Writes nodes into a flow. */
export type WriteInto = (nodes: readonly HtmlNode[], flow: Flow, around: Around) => void;
/** Nodes that hold no block, in one line. */
export type InLine = (nodes: readonly HtmlNode[], around: Around) => string;

/** Writes an element that stands in a line; `false` where it is none that is written in a way of its own. */
export function writeInline(
  element: HtmlElement,
  flow: Flow,
  around: Around,
  {
    write,
    inLine,
    whole,
    next,
  }: { write: WriteInto; inLine: InLine; whole: (html: string) => string; next: HtmlNode | undefined },
): boolean {
  const { childNodes } = element;
  const tag = shownAs(element);
  const mark = marks[tag];
  if (mark !== undefined && !around.holders.has(element) && !around.marks.has(mark[0])) {
    const isEdit = mark[0] === 'del' || mark[0] === 'ins';
    const isMarked = mark[0] === 'q' || (!around.isPlain && (isEdit || !isPartOfWord(next, flow.last)));
    if (!isMarked) return false;
    writeMarked(element, mark, flow, around, inLine);
    return true;
  }
  switch (tag) {
    case 'br':
      flow.lineBreak();
      return true;
    case 'wbr':
      return true;
    case 'a':
    case 'area':
      writeLink(element, flow, around, { write, inLine });
      return true;
    case 'img':
    case 'image':
      flow.text(imageText(element, around));
      return true;
    case 'code':
    case 'samp':
    case 'kbd':
    case 'tt':
      if (around.isPlain || around.holders.has(element)) return false;
      flow.raw(codeSpan(textContent(element)));
      return true;
    case 'sup':
    case 'sub':
      return writeShifted(element, flow, around, inLine);
    case 'rt':
      flow.text(`(${inLine(childNodes, around)})`);
      return true;
    case 'math':
      writeFormula(formulaText(element), flow, next);
      return true;
    case 'script':
      if (!isFormula(element)) return false;
      flow.raw(texOf(element));
      return true;
    case 'svg':
      flow.text(` ${svgText(element)} `);
      return true;
    case 'input':
    case 'select':
    case 'textarea':
      flow.text(` ${fieldText(element)} `);
      return true;
    case 'meter':
    case 'progress':
      flow.text(inLine(childNodes, around) || (attributeOf(element, 'value') ?? ''));
      return true;
    case 'iframe':
    case 'frame':
    case 'embed':
      writeFrame(element, flow, around, whole);
      return true;
    default:
      return false;
  }
}

/** The element that something is shown as by its own style: word processors write `span` for everything. */
function shownAs({ tagName, attrs }: HtmlElement): string {
  if (tagName !== 'span' && tagName !== 'font') return tagName;
  const style = attrs.find(({ name }) => name === 'style')?.value ?? '';
  if (/text-decoration(?:-line)?\s*:[^;]*line-through/i.test(style)) return 'del';
  const [, moved] = /(?:^|;)\s*vertical-align\s*:\s*(super|sub)\b/i.exec(style) ?? [];
  return moved === undefined ? tagName : moved.toLowerCase() === 'super' ? 'sup' : 'sub';
}

function writeMarked(
  element: HtmlElement,
  [kind, before, after]: readonly [string, string, string],
  flow: Flow,
  around: Around,
  inLine: InLine,
): void {
  const inner = inLine(element.childNodes, { ...around, marks: new Set([...around.marks, kind]) });
  const text = inner.trim();
  if (/^\s/.test(inner)) flow.text(' ');
  flow.raw(/[\p{L}\p{N}]/u.test(text) ? before + text + after : text);
  if (/\s$/.test(inner)) flow.text(' ');
}

/** A blank stands where the text beside a formula would grow to it: `3 1/2`. */
function writeFormula(text: string, flow: Flow, next: HtmlNode | undefined): void {
  if (isBeforeFraction(flow.last, text)) flow.text(' ');
  flow.raw(text);
  if (next !== undefined && 'value' in next && isBehindOpenEnd(text, next.value)) flow.text(' ');
}

/** Marks stand beside words; in the middle of one there are none. */
function isPartOfWord(next: HtmlNode | undefined, last: string): boolean {
  const following = next === undefined || !('value' in next) ? '' : next.value;
  return /[\p{L}\p{N}]/u.test(last) || /^[\p{L}\p{N}]/u.test(following);
}

function writeLink(
  element: HtmlElement,
  flow: Flow,
  around: Around,
  { write, inLine }: { write: WriteInto; inLine: InLine },
): void {
  const address = around.isPlain ? undefined : addressOf(attributeOf(element, 'href'), around.base);
  if (around.holders.has(element)) {
    write(element.childNodes, flow, around);
    if (address !== undefined) flow.block(`<${address}>`, true);
    return;
  }
  const inner = element.tagName === 'area' ? (attributeOf(element, 'alt') ?? '') : inLine(element.childNodes, around);
  const text = inner.trim();
  if (/^\s/.test(inner)) flow.text(' ');
  if (/^\d{1,4}$/.test(text) && !around.isPlain && isNoteReference(element)) flow.raw(superscript(text));
  else if (address === undefined) flow.raw(text);
  else if (text === '') flow.text(nameOf(element) === '' ? '' : `[${nameOf(element)}](${address})`);
  else flow.raw(isSaid(address, text) ? text : `[${text}](${address})`);
  if (/\s$/.test(inner)) flow.text(' ');
}

function nameOf(element: HtmlElement): string {
  return (attributeOf(element, 'aria-label') ?? attributeOf(element, 'title') ?? '').trim();
}

/** Whether a text is its own address. */
function isSaid(address: string, text: string): boolean {
  const bare = (each: string) => each.replace(/^(https?:\/\/|mailto:|tel:)/, '').replace(/\/$/, '');
  return bare(address) === bare(text);
}

function imageText(element: HtmlElement, { isPlain }: Around): string {
  const alt = attributeOf(element, 'alt') ?? nameOf(element);
  const text = alt.replaceAll(/\s+/g, ' ').trim();
  if (isPlain || text === '') return '';
  return `![${text}]`;
}

/** Code as it stands there, between more backticks than it has. */
function codeSpan(text: string): string {
  const code = text.replaceAll(/\s*\n\s*/g, ' ');
  if (code.trim() === '') return code;
  const fence = '`'.repeat(
    1 +
      largest(
        (code.match(/`+/g) ?? []).map((run) => run.length),
        0,
      ),
  );
  const room = /^`|`$/.test(code) ? ' ' : '';
  return fence + room + code + room + fence;
}

function writeShifted(element: HtmlElement, flow: Flow, around: Around, inLine: InLine): boolean {
  if (around.holders.has(element)) return false;
  const text = inLine(element.childNodes, { ...around, isPlain: true }).trim();
  if (text.length > longestShifted || /^\[.*\]$/.test(text)) return false;
  flow.raw(shownAs(element) === 'sup' ? superscript(text) : subscript(text));
  return true;
}

/** What a drawing says: its title, and the texts in it. */
function svgText(svg: HtmlElement): string {
  const texts: string[] = [];
  findElement(svg, (element) => {
    if (['title', 'desc', 'text'].includes(element.tagName))
      texts.push(drawnText(element).replaceAll(/\s+/g, ' ').trim());
    if (element.tagName === 'foreignObject')
      texts.push(element.childNodes.map((child) => textContent(child)).join(' '));
    return false;
  });
  return texts.filter((text) => text !== '').join(' ');
}

/** Text of a drawing: a part with a place of its own stands apart. */
function drawnText(node: HtmlElement): string {
  return node.childNodes
    .map((child) => {
      if (!('tagName' in child)) return textContent(child);
      const isApart = child.attrs.some(({ name }) => /^(x|y|dy)$/.test(name));
      return (isApart ? ' ' : '') + drawnText(child);
    })
    .join('');
}

function writeFrame(
  element: HtmlElement,
  flow: Flow,
  { isPlain, isFramed, base }: Around,
  whole: (html: string) => string,
): void {
  const inside = attributeOf(element, 'srcdoc');
  if (inside !== undefined && !isFramed) {
    flow.block(whole(inside));
    return;
  }
  const address = addressOf(attributeOf(element, 'src'), base);
  const name = attributeOf(element, 'title') ?? attributeOf(element, 'name') ?? '';
  if (!isPlain && address !== undefined && name.trim() !== '') flow.block(`[${name.trim()}](${address})`);
}
