import { XMLParser } from 'fast-xml-parser';

/** Elements of feeds that there may be several of: one alone is a list too. */
const lists = new Set(['entry', 'item', 'link', 'author', 'category']);

/** XML as JSON: attributes begin with `@`, the text beside them is `#text`. */
export function parseXml({ text }: { text: string }): unknown {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    isArray: (name) => lists.has(name),
  });
  return parser.parse(text, true);
}
