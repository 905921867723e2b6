import { mathText } from '../hits/mathematics.js';
import type { XmlNode } from '../hits/xml-tree.js';
import { isElement } from './parse-html.js';
import type { HtmlElement, HtmlNode } from './parse-html.js';

/** MathML in one line: the TeX that it was made of where it says so, between dollar signs. */
export function formulaText(math: HtmlElement): string {
  const text = mathText(math.childNodes.map((child) => xmlNode(child)))
    .replaceAll(/\s+/g, ' ')
    .trim();
  return /\\[a-zA-Z]/.test(text) ? `$${text}$` : text;
}

/** TeX of a script. */
export function texOf(script: HtmlElement): string {
  const text = script.childNodes.map((child) => ('value' in child ? child.value : '')).join('');
  return `$${text.trim()}$`;
}

function xmlNode(node: HtmlNode): XmlNode {
  if (!isElement(node)) return { '#cdata': [{ '#text': 'value' in node ? node.value : '' }] };
  return {
    [node.tagName]: node.childNodes.map((child) => xmlNode(child)),
    ':@': Object.fromEntries(node.attrs.map(({ name, value }) => [`@${name}`, value.replaceAll('&', '&amp;')])),
  };
}
