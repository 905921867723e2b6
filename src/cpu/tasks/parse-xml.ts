import { XMLParser } from 'fast-xml-parser';

/** Elements of feeds that are lists, even where there is only one. */
const lists = new Set(['entry', 'item', 'link', 'author', 'category']);

/** Reads XML as JSON. Attributes begin with `@`; the text beside them is `#text`. */
export function parseXml({ text }: { text: string }): unknown {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    isArray: (name) => lists.has(name),
  });
  return parser.parse(text, true);
}
