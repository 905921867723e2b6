import { posix } from 'node:path';

import type { Archive } from '../../files/index.js';
import { elementsOf, parseXml } from './xml.js';
import type { Element } from './xml.js';

/** A relationship of a part of an Office Open XML document (ECMA-376, part 2). */
export interface Relationship {
  id: string;
  /** The end of its type, such as `hyperlink`. */
  type: string;
  /** Name of a part, or an address outside. */
  target: string;
  isExternal: boolean;
}

/** @param part `''` for the document as a whole */
export async function relationshipsOf(archive: Archive, part: string): Promise<Relationship[]> {
  const folder = posix.dirname(part);
  const name = part === '' ? '_rels/.rels' : posix.join(folder, '_rels', `${posix.basename(part)}.rels`);
  const bytes = await archive.readIfThere(name);
  if (bytes === undefined) return [];
  return elementsOf(parseXml(bytes)).map(({ attributes }) => {
    const { Id: id = '', Type: type = '', Target: target = '', TargetMode: mode } = attributes;
    const isExternal = mode === 'External';
    const inside = target.startsWith('/') ? target.slice(1) : posix.join(folder, target);
    return { id, type: posix.basename(type), target: isExternal ? target : inside, isExternal };
  });
}

/** The name of the main part: it is not the same with every producer. */
export async function mainPart(archive: Archive, usual: string): Promise<string> {
  const all = await relationshipsOf(archive, '');
  const named = all.find(({ type, target }) => type === 'officeDocument' && archive.has(target))?.target;
  return named ?? usual;
}

/** The root of the first part that a part is related to in a way; `undefined` where there is none. */
export async function relatedPart(
  archive: Archive,
  relationships: readonly Relationship[],
  type: string,
): Promise<Element | undefined> {
  const found = relationships.find((each) => each.type === type && archive.has(each.target));
  return found && parseXml(await archive.read(found.target));
}

/** Whether a property that is there by its element alone is on. */
export function isOn(property: Element | undefined, attribute = 'w:val'): boolean {
  return property !== undefined && !['0', 'false', 'off', 'none'].includes(property.attributes[attribute] ?? 'true');
}
