import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { World } from '../world.js';

/** What others need to know of a validated file to find the places of its text in it. */
export interface FilePlace {
  /** From the root of its git repository, else from the current directory, with `/`; as `git apply` takes it. */
  path: string;
  /** The same as a URI reference (RFC 3986), percent-encoded; a `file:` URI where it lies outside. */
  uri: string;
  /** Whether the text is the file's own, so that lines and columns are those of the file. */
  isOwnText: boolean;
  /** What stands before the text: a byte-order mark, or nothing. */
  before: string;
}

/** @param text what was read of the file */
export async function placeOfFile(file: string, text: string, world: World): Promise<FilePlace> {
  if (file === '-') return { path: 'stdin', uri: 'stdin', isOwnText: true, before: '' };
  const whole = resolve(world.cwd, file);
  const root = (await repositoryOf(dirname(whole))) ?? world.cwd;
  const inside = relative(root, whole);
  const isInside = !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
  const path = (isInside ? inside : relative(dirname(whole), whole)).split(sep).join('/');
  const uri = isInside ? path.split('/').map(encodeURIComponent).join('/') : pathToFileURL(whole).href;
  const own = ownTextOf(await readFile(whole));
  return { path, uri, isOwnText: own?.text === text, before: own?.before ?? '' };
}

/** The nearest folder upwards that has a `.git`: a folder, or a file in worktrees. */
async function repositoryOf(folder: string): Promise<string | undefined> {
  if (await stat(join(folder, '.git')).catch(() => undefined)) return folder;
  const above = dirname(folder);
  return above === folder ? undefined : repositoryOf(above);
}

/** What is read of a file in UTF-8, and what stands before it; `undefined` for any other. */
export function ownTextOf(bytes: Uint8Array): { text: string; before: string } | undefined {
  try {
    const whole = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return whole.startsWith('\uFEFF') ? { text: whole.slice(1), before: '\uFEFF' } : { text: whole, before: '' };
  } catch {
    return undefined;
  }
}
