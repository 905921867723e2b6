import { attributeOf, findElement, isElement } from './parse-html.js';
import type { HtmlElement, HtmlNode } from './parse-html.js';

/** Puts into elements what is shown in their place: a shadow root that is declared in a document, with their own contents in its slots. */
export function openShadowRoots(parent: { childNodes: HtmlNode[] }): void {
  for (const child of parent.childNodes) {
    if (!isElement(child)) continue;
    const root = child.childNodes.find((each) => isElement(each) && attributeOf(each, 'shadowrootmode') !== undefined);
    if (root !== undefined && 'content' in root) {
      const own = child.childNodes.filter((each) => each !== root);
      child.childNodes = root.content.childNodes;
      fillSlots(child, own);
    }
    openShadowRoots(child);
  }
}

function fillSlots(host: HtmlElement, own: readonly HtmlNode[]): void {
  const nameOf = (node: HtmlNode) => (isElement(node) ? attributeOf(node, 'slot') : undefined) ?? '';
  findElement(host, (element) => {
    if (element.tagName !== 'slot') return false;
    const name = attributeOf(element, 'name') ?? '';
    const given = own.filter((node) => nameOf(node) === name);
    if (given.some((node) => isElement(node) || ('value' in node && node.value.trim() !== '')))
      element.childNodes = given;
    return false;
  });
}
