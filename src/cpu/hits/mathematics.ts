import { attributesOf, childrenOf, nameOf, ownText } from './xml-tree.js';
import type { XmlNode } from './xml-tree.js';

const raised = signs('0123456789+-−=()in', '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁱⁿ');
const lowered = signs('0123456789+-−=()', '₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎');

/** Signs by those that they stand for. */
export function signs(plain: string, moved: string): ReadonlyMap<string, string> {
  const all = Array.from(moved);
  return new Map(Array.from(plain, (sign, at) => [sign, all[at] ?? sign]));
}

/** Endings of words that are raised and mean nothing by it. */
const endings = /^(st|nd|rd|th|tm|er|re|e|ème|o|a)$/i;

/** A superscript in one line: `10⁶`, `x^(a+b)`. */
export function superscript(text: string): string {
  return endings.test(text) ? text : inOneLine(text, raised, '^');
}

/** A subscript in one line: `H₂O`, `v_max`. */
export function subscript(text: string): string {
  return inOneLine(text, lowered, '_');
}

/**
 * Text that is raised or lowered, in one line: by signs that are so, or behind a mark.
 *
 * @param bare what stands behind the mark without brackets
 */
export function inOneLine(
  text: string,
  known: ReadonlyMap<string, string>,
  mark: string,
  bare = /^[\p{L}\p{N}]+$/u,
): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  const converted = Array.from(trimmed, (sign) => known.get(sign));
  if (converted.every((sign) => sign !== undefined)) return converted.join('');
  return bare.test(trimmed) ? `${mark}${trimmed}` : `${mark}(${trimmed})`;
}

/** MathML (presentation) in one line; the TeX that it was made of, where it says so. */
export function mathText(nodes: readonly XmlNode[]): string {
  return sideBySide(nodes.map((node) => ({ text: one(node), isSign: isToken(node) })));
}

/** What stands in a formula: a sign as it was written, or what we write for fractions, exponents and the like. */
export interface FormulaPart {
  text: string;
  isSign: boolean;
}

const fractionAhead = /^[\p{L}\p{N}.]+\//u;
const openEnd = /[/^_][\p{L}\p{N}.]+$/u;
/** Most letters of what stands last in a line; formulas of a whole page would be read again and again. */
const longestEnd = 100;
/** `\u2064` is the plus of mixed numbers, which is not seen. */
const wordEnd = /[\p{L}\p{N}][\u2061-\u2064]*$/u;
const wordAhead = /^[\p{L}\p{N}]/u;

/** Parts in one line: a blank stands where a sign would grow to a fraction or to an exponent, as in `3 1/2` and `2^10 5`. */
export function sideBySide(parts: readonly FormulaPart[]): string {
  let line = '';
  let isLastSign = true;
  for (const { text, isSign } of parts) {
    if (text === '') continue;
    const isApart = (!isSign && isBeforeFraction(line, text)) || (!isLastSign && isBehindOpenEnd(line, text));
    line += isApart ? ` ${text}` : text;
    isLastSign = isSign;
  }
  return line;
}

/** Whether what stands in front of a fraction would be read as a part of it: `3` of `1/2`. */
export function isBeforeFraction(before: string, fraction: string): boolean {
  return wordEnd.test(before.slice(-longestEnd)) && fractionAhead.test(fraction);
}

/** Whether what stands behind a fraction or an exponent would be read as a part of it. */
export function isBehindOpenEnd(formula: string, behind: string): boolean {
  return openEnd.test(formula.slice(-longestEnd)) && wordAhead.test(behind);
}

/** Text, and the elements that hold nothing else (MathML 3, 3.2). */
function isToken(node: XmlNode): boolean {
  return nameOf(node) === undefined || /^(mi|mn|mo|mtext|ms)$/.test(bareName(node) ?? '');
}

function one(node: XmlNode): string {
  const own = ownText(node);
  if (own !== undefined) return own.trim();
  const children = childrenOf(node).filter((child) => nameOf(child) !== undefined);
  const [first = '', second = '', third = ''] = children.map((child) => one(child));
  const base = () => (children[0] === undefined ? '' : asBase(children[0], first));
  switch (bareName(node)) {
    case 'msup':
      return base() + superscript(second);
    case 'msub':
      return base() + subscript(second);
    case 'msubsup':
      return base() + subscript(second) + superscript(third);
    case 'munder':
      return base() + subscript(second);
    case 'mover':
      return accented(first, second) ?? base() + superscript(second);
    case 'munderover':
      return base() + subscript(second) + superscript(third);
    case 'mmultiscripts':
      return withScripts(children);
    case 'mfrac':
      // One above the other, without a line between them, is no division.
      if (/^0+(\.0*)?(\p{L}+|%)?$/u.test(attributesOf(node)['@linethickness']?.trim() ?? ''))
        return `binom(${first}, ${second})`;
      return `${grouped(first)}/${grouped(second)}`;
    case 'msqrt':
      return `√${grouped(mathText(childrenOf(node)))}`;
    case 'mroot':
      return `${superscript(second)}√${grouped(first)}`;
    case 'mfenced': {
      const { '@open': open = '(', '@close': close = ')', '@separators': between = ',' } = attributesOf(node);
      const [separator = ''] = between.trim();
      return `${open}${children.map((child) => one(child)).join(separator === '' ? '' : `${separator} `)}${close}`;
    }
    case 'mtable':
      return children.map((row) => rowText(row)).join('; ');
    case 'mspace':
      return ' ';
    case 'mphantom':
    case 'none':
    case 'mprescripts':
      return '';
    case 'mo': {
      const sign = mathText(childrenOf(node));
      return /^[=<>≤≥≠≈→∈]$/u.test(sign) ? ` ${sign} ` : sign;
    }
    case 'semantics':
      return texOf(children) ?? first;
    case 'annotation':
    case 'annotation-xml':
      return '';
    default:
      return mathText(childrenOf(node));
  }
}

function bareName(node: XmlNode): string | undefined {
  return nameOf(node)?.replace(/^.*:/, '');
}

/** What has an exponent or an index: in brackets, if it has several parts. */
function asBase(node: XmlNode, text: string): string {
  return isToken(node) || (/^\p{L}+$/u.test(text) && childrenOf(node).length === 1) ? text : grouped(text);
}

/** Signs above a letter, as the marks that combine with it. */
const combining: Readonly<Record<string, string>> = {
  '¯': '\u0304',
  '‾': '\u0304',
  '^': '\u0302',
  ˆ: '\u0302',
  '~': '\u0303',
  '˜': '\u0303',
  '→': '\u20D7',
  '⃗': '\u20D7',
  '˙': '\u0307',
  '.': '\u0307',
  '¨': '\u0308',
};

/** A letter with a sign above it, such as `x̄`; `undefined` where it is no accent. */
export function accented(text: string, sign: string): string | undefined {
  const bare = sign.trim();
  const mark = /^\p{M}$/u.test(bare) ? bare : combining[bare];
  if (mark === undefined) return undefined;
  return Array.from(text)
    .map((letter) => letter + mark)
    .join('')
    .normalize('NFC');
}

/** Scripts behind a base, and in front of it: `¹⁴C`. */
function withScripts([base, ...scripts]: readonly XmlNode[]): string {
  const at = scripts.findIndex((each) => bareName(each) === 'mprescripts');
  const [after, before] = at === -1 ? [scripts, []] : [scripts.slice(0, at), scripts.slice(at + 1)];
  const written = (pairs: readonly XmlNode[]) =>
    pairs.map((script, place) => (place % 2 === 0 ? subscript(one(script)) : superscript(one(script)))).join('');
  return written(before) + (base === undefined ? '' : asBase(base, one(base))) + written(after);
}

/** A row of a matrix; what an equation was split at has no comma. */
function rowText(row: XmlNode): string {
  const cells = childrenOf(row)
    .filter((cell) => nameOf(cell) !== undefined)
    .map((cell) => one(cell).trim())
    .filter((cell) => cell !== '');
  return cells.join(', ').replaceAll(/, (?=[=<>≤≥≈→])/gu, ' ');
}

function texOf(children: readonly XmlNode[]): string | undefined {
  const tex = children.find(
    (child) => nameOf(child)?.endsWith('annotation') && attributesOf(child)['@encoding'] === 'application/x-tex',
  );
  // Wikipedia puts a style around each.
  return tex && mathText(childrenOf(tex)).replace(/^\{\\(?:displaystyle|textstyle)\s+([^]*)\}$/, '$1');
}

/** In brackets, if it is no single sign, no number and not in brackets as a whole. */
function grouped(text: string): string {
  return Array.from(text.normalize('NFC')).length > 1 && !/^\d[\d.]*$/.test(text) && !isBracketed(text)
    ? `(${text})`
    : text;
}

/** Whether the bracket that a text begins with is closed by its last sign. */
export function isBracketed(text: string): boolean {
  if (!text.startsWith('(') || !text.endsWith(')')) return false;
  let depth = 0;
  for (const [at, sign] of Array.from(text).entries()) {
    depth += sign === '(' ? 1 : sign === ')' ? -1 : 0;
    if (depth === 0) return at === Array.from(text).length - 1;
  }
  return false;
}
