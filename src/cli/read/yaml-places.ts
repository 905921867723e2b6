import { isMap, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';

import { InputError } from '../../contract/errors.js';
import type { World } from '../world.js';
import { readTextFile } from './read-text-file.js';

export type YamlPath = readonly (string | number)[];

/** A YAML or JSON file that knows where each of its parts stands. */
export interface PlacedYaml {
  /** The whole, as plain JavaScript values. */
  value: unknown;
  /** Names of the map at a path, in file order; names that look like numbers, too. */
  namesAt(path: YamlPath): string[];
  /** `file:line:column` of the deepest part of a path that the file has. */
  placeOf(path: YamlPath): string;
}

/**
 * Reads a YAML or JSON file.
 *
 * @param what the file is, as in `a flow in YAML or JSON`
 * @throws InputError where it cannot be read or is neither, with line and column
 */
export async function readPlacedYaml(path: string, what: string, world: World): Promise<PlacedYaml> {
  const text = await readTextFile(path, what, world);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw new InputError(`${path}:${line}:${col}: ${broken.message}`);
  }
  return {
    value: valueOf(document, path),
    namesAt: (at) => {
      const node = at.length === 0 ? document.contents : document.getIn(at, true);
      return isMap(node) ? node.items.map(({ key }) => String(key)) : [];
    },
    placeOf: (at) => `${path}:${placeIn(document, lines, at)}`,
  };
}

function valueOf(document: Document, path: string): unknown {
  try {
    return document.toJS() as unknown;
  } catch (error) {
    // Aliases without an anchor, and those that multiply.
    throw new InputError(`${path}: ${(error as Error).message}`);
  }
}

function placeIn(document: Document, lines: LineCounter, path: YamlPath): string {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    const name = path[depth - 1];
    const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === String(name)) : undefined;
    const node = (pair?.key ?? document.getIn(path.slice(0, depth), true)) as
      | { range?: [number, number, number] }
      | undefined;
    if (node?.range) {
      const { line, col } = lines.linePos(node.range[0]);
      return `${line}:${col}`;
    }
  }
  return '1:1';
}
