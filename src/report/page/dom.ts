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

/** A colour of the page as it is now, light or dark. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
