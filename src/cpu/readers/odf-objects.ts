import { posix } from 'node:path';

import type { Archive } from '../../files/index.js';
import { mathText } from '../hits/mathematics.js';
import type { XmlNode } from '../hits/xml-tree.js';
import { chartBlocks } from './chart.js';
import { oneLine, table } from './markdown.js';
import { repeated, rowsOf } from './odf-table.js';
import { below, childOf, elementsOf, parseXml, textOf } from './xml.js';
import type { Element } from './xml.js';

/** What is embedded in a document and can be read: a formula stands in its line, a chart is a block. */
export interface EmbeddedObject {
  text: string;
  isFormula: boolean;
}

/** Objects of a document by the addresses that its frames have for them. */
export async function objectsOf(archive: Archive, root: Element): Promise<ReadonlyMap<string, EmbeddedObject>> {
  const objects = new Map<string, EmbeddedObject>();
  for (const frame of below(root, 'drawing:object')) {
    const address = frame.attributes['xlink:href'] ?? '';
    const name = posix.normalize(`${address}/content.xml`);
    if (objects.has(address) || !archive.has(name)) continue;
    const found = objectOf(parseXml(await archive.read(name)));
    if (found !== undefined) objects.set(address, found);
  }
  return objects;
}

function objectOf(root: Element): EmbeddedObject | undefined {
  if (root.name === 'math:math') return { text: oneLine(mathText(root.children.map(asNode))), isFormula: true };
  const chart = childOf(root, 'office:body', 'office:chart', 'chart:chart');
  const grid = childOf(chart, 'table:table');
  if (grid === undefined) return undefined;
  const title = oneLine(textOf(childOf(chart, 'chart:title')));
  const rows = rowsOf(grid).map((row) =>
    elementsOf(row, 'table:table-cell').flatMap((cell) => {
      const text = oneLine(elementsOf(cell, 'text:p').map(textOf).join(' '));
      return Array.from({ length: repeated(cell, 'columns') }, () => (text === 'NaN' ? '' : text));
    }),
  );
  return { text: chartBlocks(title, [table(rows)]), isFormula: false };
}

function asNode(child: Element | string): XmlNode {
  if (typeof child === 'string') return { '#cdata': [{ '#text': child }] };
  return {
    [child.name.replace(/^math:/, '')]: child.children.map(asNode),
    ':@': Object.fromEntries(Object.entries(child.attributes).map(([name, value]) => [`@${name}`, value])),
  };
}
