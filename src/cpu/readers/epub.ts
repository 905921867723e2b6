import { posix } from 'node:path';

import type { Archive } from '../../files/index.js';
import { decodeXml } from '../../files/index.js';
import { asHtml, htmlPart } from './html-part.js';
import { blocks, heading, oneLine } from './markdown.js';
import { below, childOf, elementsOf, parseXml, textOf } from './xml.js';

/** An EPUB book as Markdown: its title and authors, and its chapters in the order in which they are read. */
export async function readEpub(archive: Archive): Promise<string> {
  const container = parseXml(await archive.read('META-INF/container.xml'));
  const opf = [...below(container, 'container:rootfile')][0]?.attributes['full-path'] ?? '';
  const root = parseXml(await archive.read(opf));
  const manifest = new Map(
    elementsOf(childOf(root, 'opf:manifest'), 'opf:item').map(({ attributes }) => [attributes['id'] ?? '', attributes]),
  );
  const locked = await lockedIn(archive);
  const chapters: string[] = [];
  for (const { attributes } of elementsOf(childOf(root, 'opf:spine'), 'opf:itemref')) {
    const { href = '', 'media-type': type = '' } = manifest.get(attributes['idref'] ?? '') ?? {};
    if (!/html|xml/.test(type)) continue;
    const name = posix.join(posix.dirname(opf), decoded(href.replace(/#.*/, '')));
    if (locked.has(name)) throw new Error('It is locked against copying.');
    const bytes = await archive.readIfThere(name);
    if (bytes === undefined) throw new Error(`Expected the chapter \`${name}\`, which is not in it.`);
    chapters.push(await htmlPart(asHtml(decodeXml(bytes))));
  }
  const metadata = childOf(root, 'opf:metadata');
  const named = (name: string) => [...below(metadata, name)].map((element) => oneLine(textOf(element))).join(', ');
  const [title, authors] = [named('dc:title'), named('dc:creator')];
  return blocks([heading(1, title), authors === '' ? '' : `By ${authors}`, ...chapters]);
}

/** Parts that are encrypted. Fonts often are, chapters only where a shop has locked them. */
async function lockedIn(archive: Archive): Promise<ReadonlySet<string>> {
  const bytes = await archive.readIfThere('META-INF/encryption.xml');
  if (bytes === undefined) return new Set();
  const references = [...below(parseXml(bytes), 'enc:CipherReference', 'CipherReference')];
  return new Set(references.map(({ attributes }) => decoded(attributes['URI'] ?? '')));
}

function decoded(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}
