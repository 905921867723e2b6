import { attributesOf, childrenOf, nameOf, ownText } from './xml-tree.js';
import type { XmlNode } from './xml-tree.js';

const raised = signs('0123456789+-−=()in', '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁱⁿ');
const lowered = signs('0123456789+-−=()', '₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎');

function signs(plain: string, moved: string): ReadonlyMap<string, string> {
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

function inOneLine(text: string, known: ReadonlyMap<string, string>, mark: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  const converted = Array.from(trimmed, (sign) => known.get(sign));
  if (converted.every((sign) => sign !== undefined)) return converted.join('');
  return /^[\p{L}\p{N}]+$/u.test(trimmed) ? `${mark}${trimmed}` : `${mark}(${trimmed})`;
}

/** MathML (presentation) in one line; the TeX that it was made of, where it says so. */
export function mathText(nodes: readonly XmlNode[]): string {
  return nodes.map((node) => one(node)).join('');
}

function one(node: XmlNode): string {
  const own = ownText(node);
  if (own !== undefined) return own.trim();
  const children = childrenOf(node).filter((child) => nameOf(child) !== undefined);
  const [first = '', second = '', third = ''] = children.map((child) => one(child));
  switch (nameOf(node)?.replace(/^.*:/, '')) {
    case 'msup':
      return first + superscript(second);
    case 'msub':
      return first + subscript(second);
    case 'msubsup':
      return first + subscript(second) + superscript(third);
    case 'mfrac':
      return `${grouped(first)}/${grouped(second)}`;
    case 'msqrt':
      return `√${grouped(mathText(childrenOf(node)))}`;
    case 'mroot':
      return `${superscript(second)}√${grouped(first)}`;
    case 'mfenced': {
      const { '@open': open = '(', '@close': close = ')' } = attributesOf(node);
      return `${open}${children.map((child) => one(child)).join(', ')}${close}`;
    }
    case 'mtr':
    case 'mtd':
      return `${mathText(childrenOf(node))} `;
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

function texOf(children: readonly XmlNode[]): string | undefined {
  const tex = children.find(
    (child) => nameOf(child)?.endsWith('annotation') && attributesOf(child)['@encoding'] === 'application/x-tex',
  );
  return tex === undefined ? undefined : mathText(childrenOf(tex));
}

function grouped(text: string): string {
  return Array.from(text).length > 1 ? `(${text})` : text;
}
