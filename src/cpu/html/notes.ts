import { attributeOf, isElement, textContent } from './parse-html.js';
import type { HtmlElement, HtmlNode } from './parse-html.js';

/** Whether an element is a reference to a note, as EPUB and DPUB-ARIA say it: style sheets raise it. */
export function isNoteReference(element: HtmlElement): boolean {
  return said(element, /\bnoteref\b/, /^doc-noteref$/);
}

/** Whether an element is a note. Books hide theirs, for readers that show them where they are referred to. */
export function isNote(element: HtmlElement): boolean {
  return said(element, /\b(?:foot|end|rear)notes?\b/, /^doc-(?:foot|end)notes?$/);
}

/** Numbers of notes by their ids, as their references say them. */
export function noteNumbers(
  nodes: readonly HtmlNode[],
  found = new Map<string, string>(),
): ReadonlyMap<string, string> {
  for (const node of nodes) {
    if (!isElement(node)) continue;
    const id = /#(.+)$/.exec(attributeOf(node, 'href') ?? '')?.[1];
    if (id !== undefined && isNoteReference(node)) found.set(id, textContent(node).replaceAll(/[\s[\]()]+/g, ''));
    noteNumbers(node.childNodes, found);
  }
  return found;
}

function said(element: HtmlElement, type: RegExp, role: RegExp): boolean {
  return type.test(attributeOf(element, 'epub:type') ?? '') || role.test(attributeOf(element, 'role') ?? '');
}
