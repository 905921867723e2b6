// Feeds have names of HTML, such as `&nbsp;`, in spite of what XML knows.
import { decodeHTMLStrict as decoded } from 'entities';
import { XMLParser } from 'fast-xml-parser';

/** Elements of feeds that there may be several of: one alone is a list too. */
const lists = new Set(['entry', 'item', 'link', 'author', 'category']);

const attributes = ':@';
const text = '#text';
const cdata = '#cdata';

/** A node as the parser has it: an element under its name, or text. */
export type XmlNode = Record<string, unknown>;

/** XML as JSON, and what its objects were: text and elements in their order. */
export interface XmlTree {
  value: unknown;
  contentOf: WeakMap<object, readonly XmlNode[]>;
  /** Whether elements are text unless they say otherwise (RFC 4287, 3.1). */
  isAtom: boolean;
}

/**
 * Attributes begin with `@`, the text beside them is `#text`. Entities of a document's own are left as they are.
 *
 * @param isAlsoList whether elements at a place, such as `/feed/entry`, are a list as well, one alone too
 * @throws Error where it is not XML
 */
export function readXml(xml: string, isAlsoList: (place: string) => boolean = () => false): XmlTree {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    trimValues: false,
    processEntities: false,
    cdataPropName: cdata,
    ignoreDeclaration: true,
    ignorePiTags: true,
  });
  const nodes = parser.parse(xml, true) as XmlNode[];
  const contentOf: XmlTree['contentOf'] = new WeakMap();
  const root = nodes.find((node) => nameOf(node) !== undefined);
  return {
    value: valueOf(nodes, {}, { contentOf, isAlsoList, place: '' }),
    contentOf,
    isAtom: root !== undefined && /^(\w+:)?feed$/.test(nameOf(root) ?? ''),
  };
}

/** The name of an element; `undefined` of text. */
export function nameOf(node: XmlNode): string | undefined {
  return Object.keys(node).find((key) => key !== attributes && key !== text && key !== cdata);
}

/** What an element has. */
export function childrenOf(node: XmlNode): readonly XmlNode[] {
  const name = nameOf(node);
  return name === undefined ? [] : (node[name] as XmlNode[]);
}

/** What a node says by itself; `undefined` of an element. */
export function ownText(node: XmlNode): string | undefined {
  if (typeof node[text] === 'string') return decoded(node[text]);
  if (!Array.isArray(node[cdata])) return undefined;
  return (node[cdata] as XmlNode[]).map((part) => (typeof part[text] === 'string' ? part[text] : '')).join('');
}

export function attributesOf(node: XmlNode): Record<string, string> {
  const given = (node[attributes] ?? {}) as Record<string, string>;
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, decoded(value)]));
}

/** What is noted while a tree is built. */
interface Building {
  contentOf: WeakMap<object, readonly XmlNode[]>;
  isAlsoList: (place: string) => boolean;
  /** Names of the elements around, each behind a `/`. */
  place: string;
}

/** @param base what relative links begin at, where the document says it (XML Base) */
function valueOf(nodes: readonly XmlNode[], given: Record<string, string>, building: Building, base?: string): unknown {
  const { contentOf, isAlsoList, place } = building;
  const isList = (name: string) => lists.has(bare(name)) || isAlsoList(`${place}/${name}`);
  const said = nodes
    .map((node) => ownText(node) ?? '')
    .join('')
    .trim();
  const elements = new Map<string, unknown[]>();
  for (const node of nodes) {
    const name = nameOf(node);
    if (name === undefined) continue;
    const value = valueOf(childrenOf(node), ...withBase(name, attributesOf(node), building, base));
    elements.set(name, [...(elements.get(name) ?? []), value]);
  }
  if (elements.size === 0 && Object.keys(given).length === 0) return said;
  const object = Object.fromEntries([
    ...Object.entries(given),
    ...Array.from(elements, ([name, values]) => [name, isList(name) || values.length > 1 ? values : values[0]]),
    ...(said === '' ? [] : [[text, said]]),
  ]) as object;
  contentOf.set(object, nodes);
  return object;
}

/** Attributes of an element whose links are whole where a base is known. */
function withBase(
  name: string,
  given: Record<string, string>,
  building: Building,
  above: string | undefined,
): [Record<string, string>, Building, string | undefined] {
  const said = given['@xml:base'];
  const base = said !== undefined && URL.canParse(said, above) ? new URL(said, above).href : above;
  const href = given['@href'];
  const isRelative = bare(name) === 'link' && base !== undefined && href !== undefined && URL.canParse(href, base);
  const inside = { ...building, place: `${building.place}/${name}` };
  return [isRelative ? { ...given, '@href': new URL(href, base).href } : given, inside, base];
}

function bare(name: string): string {
  return name.replace(/^.*:/, '');
}
