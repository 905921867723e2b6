import { defaultTreeAdapter, parse } from 'parse5';
import type { DefaultTreeAdapterTypes as Tree } from 'parse5';

export type HtmlElement = Tree.Element;
export type HtmlNode = Tree.ChildNode;

/** Most elements inside of each other, and in a document. Chromium takes 512 and puts the others beside each other. */
const mostDepth = 1_000;
const mostElements = 1_000_000;

/** Elements of XHTML that may be empty, which end at once in XML and not in HTML. */
const endsAtOnce =
  /<([a-z][\w:-]{0,40})((?:\s{1,20}[\w:-]{1,60}\s{0,5}=\s{0,5}(?:"[^"<]{0,2000}"|'[^'<]{0,2000}'))*)\s{0,20}\/>/gi;
const voids = /^(area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)$/i;

/**
 * The tree of a document, as browsers make it (HTML, 13.2).
 *
 * @throws Error where elements are nested too deeply, or there are too many of them
 */
export function parseHtml(html: string): Tree.Document {
  let depth = 0;
  let elements = 0;
  return parse(asHtml(html), {
    // What is in `noscript` is markup then.
    scriptingEnabled: false,
    treeAdapter: {
      ...defaultTreeAdapter,
      createElement(...given) {
        elements += 1;
        if (elements > mostElements) throw new Error(`Expected HTML of at most ${mostElements} elements, got more.`);
        return defaultTreeAdapter.createElement(...given);
      },
      onItemPush() {
        depth += 1;
        if (depth > mostDepth) {
          throw new Error(`Expected HTML with at most ${mostDepth} elements inside of each other, got more.`);
        }
      },
      onItemPop() {
        depth -= 1;
      },
    },
  });
}

/** XHTML with ends for the elements that are empty: `<script/>` would take in the rest of the document. */
function asHtml(html: string): string {
  const start = html.slice(0, 2_000);
  if (!/^\s{0,20}<\?xml\b/.test(start) && !/<html\b[^>]{0,500}\bxmlns\s{0,5}=/i.test(start)) return html;
  return html.replaceAll(endsAtOnce, (tag, name: string, attributes: string) =>
    voids.test(name) || /^(svg|math|mml|m):|^m[a-z]+$/i.test(name) ? tag : `<${name}${attributes}></${name}>`,
  );
}

export function isElement(node: HtmlNode | Tree.ParentNode): node is HtmlElement {
  return 'tagName' in node;
}

export function attributeOf(element: HtmlElement, name: string): string | undefined {
  return element.attrs.find((each) => each.name === name)?.value;
}

/** All text of a node, as it stands there. `<br>` is a line break. */
export function textContent(node: HtmlNode): string {
  if ('value' in node) return node.value;
  if (!isElement(node)) return '';
  return node.tagName === 'br' ? '\n' : node.childNodes.map((child) => textContent(child)).join('');
}

/** The first element in a node that is sought, in the order of the document. */
export function findElement(
  node: Tree.ParentNode,
  isSought: (element: HtmlElement) => boolean,
): HtmlElement | undefined {
  for (const child of node.childNodes) {
    if (!isElement(child)) continue;
    const found = isSought(child) ? child : findElement(child, isSought);
    if (found !== undefined) return found;
  }
  return undefined;
}
