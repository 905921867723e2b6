import { extractText } from '../tasks/extract-text.js';

/** Elements of HTML that have no end. All others have one, also where XHTML leaves it out. */
const empty = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));

/** The text of HTML that is a part of another document. */
export async function htmlPart(html: string): Promise<string> {
  return (await extractText({ kind: 'html', bytes: new TextEncoder().encode(`\uFEFF${html}`) })).trim();
}

/** XHTML as a reader of HTML takes it: `<title/>` would begin a title that never ends. */
export function asHtml(xhtml: string): string {
  return xhtml.replaceAll(/<([a-z][\w:-]*)([^<>]*)\/>/gi, (whole, name: string, attributes: string) =>
    empty.has(name.toLowerCase()) ? whole : `<${name}${attributes}></${name}>`,
  );
}
