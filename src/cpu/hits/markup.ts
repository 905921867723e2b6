import { decodeHTMLStrict } from 'entities';

import { mathText, sideBySide, subscript, superscript } from './mathematics.js';
import { texMathText } from './tex-math.js';
import { childrenOf, nameOf, ownText, readXml } from './xml-tree.js';
import type { XmlNode } from './xml-tree.js';

/** Elements that search services, feeds and publishers write, those of JATS among them. */
const known = new Set(
  (
    'a abbr acronym address article aside audio b bdi bdo big blockquote body br button caption center cite code col colgroup data dd del ' +
    'details dfn div dl dt em embed fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 header hr html i iframe img input ins kbd ' +
    'label legend li link main mark nav object ol p picture pre q rp rt ruby s samp script section select small source span strike strong ' +
    'style sub summary sup svg table tbody td template tfoot th thead time tr tt u ul var video wbr ' +
    'bold italic sc scp sec title list list-item monospace underline ext-link xref inline-formula disp-formula abstract trans-abstract ' +
    'alternatives tex-math named-content styled-content highlight disp-quote def-list def-item term def roman sans-serif overline ' +
    'formula tex inline-graphic graphic'
  ).split(' '),
);

/** Those that have no end, or need none. */
const endless = new Set(
  'br col hr img input li link p source td th tr wbr dd dt embed inline-graphic graphic'.split(' '),
);

/** Those that say nothing without attributes: `cp <source> <link>` names its arguments. */
const attributed = new Set('col embed graphic img inline-graphic input link source'.split(' '));

/** Those whose names components have too (React Router, MUI, Ant Design): with a capital (`<Link>`) they are such. */
const components = new Set('button footer form header input label link list main nav section select title'.split(' '));

/** Code of Markdown, whose tags are what it says: a fence with its lines, or a span of one line. */
const code = /(?:^|\n)[ \t]*(```+|~~~+)[^]*?(?:\n[ \t]*\1|$)|(?<!`)(`+)(?!`)[^\n]*?[^`\n]\2(?!`)/g;
const beginsAsHtml = /^\s*<(?:p|div|span|h[1-6]|[uod]l|table|pre|blockquote|section|article)\b/i;

/** What elements of JATS are in HTML. */
const inHtml: Record<string, string> = {
  title: 'h4',
  sec: 'div',
  bold: 'b',
  italic: 'i',
  sc: 'span',
  monospace: 'code',
  underline: 'u',
  list: 'ul',
  'list-item': 'li',
  'disp-formula': 'p',
  'inline-formula': 'span',
  'ext-link': 'span',
  xref: 'span',
  break: 'br',
  abstract: 'div',
  'trans-abstract': 'div',
  'disp-quote': 'blockquote',
  'def-list': 'div',
  'def-item': 'p',
  term: 'span',
  def: 'span',
};

/** Most of a text that is read, in UTF-16 code units: a hit has a part of that. */
const mostMarkup = 50_000;

/** A tag, with attributes that have values: `a<b and c>d` has none. */
const tag =
  /<(\/?)([A-Za-z][\w:-]{0,40})((?:\s{1,20}[\w:-]{1,60}\s{0,5}=\s{0,5}(?:"[^"<]{0,2000}"|'[^'<]{0,2000}')){0,20})\s{0,20}(\/?)>|<!--[^]{0,2000}?-->/g;
const mathematics = /<((?:\w+:)?math)\b[^<>]*>[^]{0,5000}?<\/\1>/g;
/** One of several ways to say the same in JATS is said: what was written in TeX as that. */
const alternatives = /<((?:\w+:)?alternatives)\s*>([^]{0,10000}?)<\/\1\s*>/g;
const texMath = /<((?:\w+:)?tex(?:-math)?)\b[^<>]*>((?:<!\[CDATA\[)?[^]{0,5000}?)<\/\1\s*>/;
const everyTexMath = new RegExp(texMath, 'g');
/** MathML that was escaped as if it were text, as some of those who deposit titles do. */
const escapedMath =
  /&lt;((?:\w+:)?math)\b(?:(?!&[lg]t;)[^]){0,1000}?&gt;\s*&lt;(?:\w+:)?m[^]{0,10000}?&lt;\/\1\s*&gt;/gi;
const entity = /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]\w{1,30});/gi;

/**
 * What a text says that may be HTML or JATS, as search services mark their hits: known elements whose ends are there are markup, and all
 * else is text (`p < q`, `List<String>`).
 */
export async function textOfMarkup(text: string): Promise<string> {
  const start = text.slice(0, mostMarkup);
  const single = start.replaceAll(alternatives, (_, __, all: string) => texMath.exec(all)?.[0] ?? all);
  const plain = single
    .replaceAll(everyTexMath, (_, __, tex: string) => texIn(tex))
    .replaceAll(escapedMath, (math) => decodeHTMLStrict(math))
    .replaceAll(mathematics, (math) => escaped(mathIn(math)));
  const isTag = tagsOf(plain, start.length < text.length);
  if (isTag.size === 0) return decodeHTMLStrict(plain);
  const pieces: string[] = [];
  let from = 0;
  for (const match of plain.matchAll(tag)) {
    if (!isTag.has(match.index)) continue;
    pieces.push(literal(plain.slice(from, match.index)));
    from = match.index + match[0].length;
    const [, slash = '', name] = match;
    if (name !== undefined) pieces.push(`<${slash}${htmlName(name)}>`);
  }
  pieces.push(literal(plain.slice(from)));
  return readHtml(pieces.join(''));
}

/** What the content of an element says: its elements are markup. */
export async function textOfContent(nodes: readonly XmlNode[]): Promise<string> {
  return readHtml(htmlOf(nodes));
}

/** Where the tags are; their ends may be missing where a text is cut. */
function tagsOf(text: string, isCut: boolean): ReadonlySet<number> {
  const found = new Set<number>();
  const open = new Map<string, number[]>();
  const spans = beginsAsHtml.test(text) ? [] : Array.from(text.matchAll(code), (span) => [span.index, span[0].length]);
  let span = 0;
  for (const { 0: all, 1: slash, 2: given = '', 3: attributes, 4: end, index } of text.matchAll(tag)) {
    while (span < spans.length && index >= endOf(spans[span])) span += 1;
    if (index >= (spans[span]?.[0] ?? Infinity)) continue;
    const name = nameIn(given);
    if (name === undefined) found.add(index);
    else if (!isKnown(name) || all.length === 0) continue;
    else if (attributed.has(name) && attributes === '' && end === '' && slash === '') continue;
    else if (slash === '/') {
      const start = open.get(name)?.pop();
      if (start !== undefined) found.add(start);
      if (start !== undefined || endless.has(name)) found.add(index);
    } else if (isCut || endless.has(name) || end === '/' || isPublishers(name)) found.add(index);
    if (name !== undefined && slash !== '/' && isKnown(name)) open.set(name, [...(open.get(name) ?? []), index]);
  }
  return found;
}

function endOf([from = 0, length = 0]: readonly number[] = []): number {
  return from + length;
}

/** The name of an element in small letters; that of a component (`Link`) as it is, for it is no element. `undefined` of a comment. */
function nameIn(given: string): string | undefined {
  if (given === '') return undefined;
  const name = given.toLowerCase();
  return components.has(name) && /^[A-Z][a-z]+$/.test(given) ? given : name;
}

function isKnown(name: string): boolean {
  return known.has(name) || isPublishers(name);
}

/** Names that nobody writes for anything else: where a source has cut its text, their ends are missing. */
function isPublishers(name: string): boolean {
  return /^(jats|mml|ce):/.test(name);
}

function htmlName(name: string): string {
  const bare = name.toLowerCase().replace(/^.*:/, '');
  return inHtml[bare] ?? (known.has(bare) ? bare : 'span');
}

/** Elements that nobody knows are parts of a record where no text stands between them, and words of a text where some does. */
function htmlOf(nodes: readonly XmlNode[]): string {
  const isRecord = nodes.every((node) => (ownText(node) ?? '').trim() === '');
  const isMath = (name: string) => /^(\w+:)?math$/.test(name);
  const isHolder = (name: string) => /^(\w+:)?inline-formula$/.test(name);
  const isFormula = (name: string) => isMath(name) || isHolder(name);
  return sideBySide(nodes.map((node) => ({ text: htmlOfOne(node), isSign: !isFormula(nameOf(node) ?? '') })));

  function htmlOfOne(node: XmlNode): string {
    const name = nameOf(node);
    if (name === undefined) return escaped(ownText(node) ?? '');
    if (isMath(name)) return escaped(mathText(childrenOf(node)));
    if (isTex(name))
      return escaped(
        texMathText(
          childrenOf(node)
            .map((each) => ownText(each) ?? '')
            .join(''),
        ),
      );
    if (/^(\w+:)?alternatives$/.test(name)) {
      const inTex = childrenOf(node).filter((each) => isTex(nameOf(each) ?? ''));
      return htmlOf(inTex.length > 0 ? inTex : childrenOf(node));
    }
    if (isHolder(name)) return htmlOf(childrenOf(node));
    const named = htmlName(name);
    const html = isRecord && named === 'span' && !isKnown(name.toLowerCase()) ? 'p' : named;
    return ['br', 'hr', 'img', 'wbr'].includes(html) ? `<${html}>` : `<${html}>${htmlOf(childrenOf(node))}</${html}>`;
  }
}

/** The formula of an element of TeX, as a text that tags are looked for in: its entities stay. */
function texIn(content: string): string {
  return escapedTags(texMathText(content));
}

function escapedTags(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function isTex(name: string): boolean {
  return /^(\w+:)?tex-math$/.test(name);
}

function mathIn(xml: string): string {
  try {
    const { contentOf, value } = readXml(xml);
    return mathText(contentOf.get(value as object) ?? []);
  } catch {
    return xml.replaceAll(/<[^<>]*>/g, '');
  }
}

async function readHtml(html: string): Promise<string> {
  const inOneLine = html
    .replaceAll(/<sup>([^<]{0,80})<\/sup>/g, (_, text: string) => escaped(superscript(decodeHTMLStrict(text))))
    .replaceAll(/<sub>([^<]{0,80})<\/sub>/g, (_, text: string) => escaped(subscript(decodeHTMLStrict(text))));
  const { htmlToMarkdown } = await import('../html/html-to-markdown.js');
  return htmlToMarkdown(inOneLine, { isPlain: true });
}

/** Text between tags: its entities are meant, and a lone `&` is one. */
function literal(text: string): string {
  let from = 0;
  let html = '';
  for (const { 0: found, index } of text.matchAll(entity)) {
    html += escaped(text.slice(from, index)) + found;
    from = index + found.length;
  }
  return html + escaped(text.slice(from));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
