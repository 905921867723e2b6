import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import type { Finding } from '../../fold/findings.js';
import { revise } from '../../fold/findings.js';
import { gitPatch } from '../show/git-patch.js';
import type { World } from '../world.js';
import type { ReadItem } from './document-source.js';
import { ownTextOf, placeOfFile } from './file-place.js';
import type { FilePlace } from './file-place.js';

/** A patch of several files. */
interface Patch {
  /** A unified diff; empty where nothing is suggested. */
  diff: string;
  /** Sure suggestions that are in it, and findings that are not. */
  applied: number;
  left: number;
  /** Files that have changed since they were read, and are left out. */
  changed: string[];
}

/** Where the texts of a run over several are found. A text is not kept: a patch reads it once more, and has none that has changed. */
export class FilePlaces {
  readonly #places = new Map<string, FilePlace & { file: string; hash: string }>();

  /** Texts whose lines are those of their files. */
  get own(): number {
    return [...this.#places.values()].filter(({ isOwnText }) => isOwnText).length;
  }

  get total(): number {
    return this.#places.size;
  }

  /** @param rows the file whose rows they are, where they are rows */
  async add({ key, text, path }: ReadItem, rows: string | undefined, world: World): Promise<void> {
    if (path === undefined) {
      const uri = encodeURIComponent(rows === undefined || rows === '-' ? 'stdin' : rows);
      this.#places.set(key, { path: key, uri, isOwnText: false, before: '', file: '', hash: '' });
      return;
    }
    const place = await placeOfFile(path, text, world);
    this.#places.set(key, { ...place, file: path, hash: hashOf(text) });
  }

  of(key: string): FilePlace {
    return this.#places.get(key) ?? { path: key, uri: encodeURIComponent(key), isOwnText: false, before: '' };
  }

  /** What the findings are sure of, as one patch of all files. */
  async patch(findings: readonly Finding[]): Promise<Patch> {
    const patch: Patch = { diff: '', applied: 0, left: 0, changed: [] };
    for (const [key, found] of byFile(findings)) {
      const place = this.#places.get(key);
      const text = place?.isOwnText === true ? await textOf(place.file) : undefined;
      if (place === undefined || text === undefined || hashOf(text) !== place.hash) {
        patch.left += found.length;
        if (place?.isOwnText === true) patch.changed.push(key);
        continue;
      }
      const { text: revised, applied, left } = revise(text, found);
      if (applied > 0) patch.diff += gitPatch(place.path, place.before + text, place.before + revised);
      patch.applied += applied;
      patch.left += left;
    }
    return patch;
  }
}

function byFile(findings: readonly Finding[]): Map<string, Finding[]> {
  const grouped = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { file = '' } = finding;
    const others = grouped.get(file);
    if (others === undefined) grouped.set(file, [finding]);
    else others.push(finding);
  }
  return grouped;
}

async function textOf(file: string): Promise<string | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes && ownTextOf(bytes)?.text;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
