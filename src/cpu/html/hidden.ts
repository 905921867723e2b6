import { isNote } from './notes.js';
import { attributeOf, findElement, isElement } from './parse-html.js';
import type { HtmlElement } from './parse-html.js';

/** Elements that show nothing, or nothing that is read. */
const silent = new Set(
  'base basefont bgsound datalist head link meta param rp script source style template title track'.split(' '),
);

/** Elements that stand in a line. */
const inline = new Set(
  (
    'a abbr acronym b bdi bdo big button cite code data del dfn em font i img input ins kbd label mark math meter output progress q ruby rt ' +
    's samp select small span strike strong sub sup svg textarea time tt u var'
  ).split(' '),
);

export function isInline({ tagName }: HtmlElement): boolean {
  return inline.has(tagName);
}

/**
 * Whether an element is left out: what shows nothing, what browsers hide, and what is for the eye alone beside something for
 * readers, as icons and the second halves of formulas are. A formula that is hidden in a line is the half for readers. Style sheets are not
 * read. `aria-hidden` on a block says only that something else is in front of it.
 */
export function isHidden(element: HtmlElement): boolean {
  if (silent.has(element.tagName)) return !isFormula(element);
  const hidden = attributeOf(element, 'hidden');
  if (hidden !== undefined && hidden !== 'until-found') return !isNote(element);
  if (element.tagName === 'dialog' && attributeOf(element, 'open') === undefined) return true;
  const style = attributeOf(element, 'style') ?? '';
  if (/(^|;)\s*(display\s*:\s*none|visibility\s*:\s*(hidden|collapse))\b/i.test(style)) {
    return !(isInline(element) && findElement(element, ({ tagName }) => tagName === 'math') !== undefined);
  }
  return attributeOf(element, 'aria-hidden') === 'true' && isInline(element);
}

/** MathJax keeps what formulas are made of in scripts. */
export function isFormula(element: HtmlElement): boolean {
  return element.tagName === 'script' && (attributeOf(element, 'type') ?? '').startsWith('math/tex');
}

/** The elements that hold a block, at whatever depth. */
export function holdersOfBlocks(root: { childNodes: HtmlElement['childNodes'] }): WeakSet<object> {
  const found = new WeakSet<object>();
  const visit = (node: HtmlElement['childNodes'][number]): boolean => {
    if (!isElement(node)) return false;
    let holds = false;
    for (const child of node.childNodes) holds = visit(child) || holds;
    if (holds) found.add(node);
    return (
      holds ||
      !(isInline(node) || node.tagName === 'br' || node.tagName === 'wbr' || node.namespaceURI.endsWith('MathML'))
    );
  };
  for (const child of root.childNodes) visit(child);
  return found;
}
