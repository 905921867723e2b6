import { visibleText } from '../../fold/visible-text.js';

/** @throws Error where the page has no such element */
export function find(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no element \`${id}\`.`);
  return found;
}

/** Makes an element with children. A text stays a text, whatever is in it, and does not reverse or hide its neighbours. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.append(...children.map((child) => (typeof child === 'string' ? visibleText(child, { tabs: '\t' }) : child)));
  return made;
}

/** An element whose text runs as its first letter does: from the right in Arabic and Hebrew. Elements in it with a direction of their own do not count. */
export function directed<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = element(name, ...children);
  made.dir = 'auto';
  return made;
}

/** Lines or UTF-16 code units from which a text is higher than its box, at the least. */
const scrolledLines = 15;
const scrolledLength = 600;

/** A text as it stands. One that may have to be scrolled is reached by keyboard. */
export function preformatted(text: string, shown: Node | string = text): HTMLPreElement {
  const made = element('pre', shown);
  if (text.length > scrolledLength || text.split('\n').length > scrolledLines) made.tabIndex = 0;
  return made;
}

/** A colour of the page as it is now, light or dark. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
