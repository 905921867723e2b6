import { createReadStream } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';

import { glob, isDynamicPattern } from 'tinyglobby';

import { InputError } from '../../contract/errors.js';
import type { Item } from '../../contract/lanes.js';
import { ahead } from './ahead.js';
import { readDocument } from './read-document.js';
import type { World } from '../world.js';

/** Documents that can be gone through more than once: to be checked before anything starts, and to be stored. */
export interface DocumentSource {
  /** One line that names it. */
  title: string;
  items(): AsyncIterable<Item>;
}

/** Extensions that are taken out of a folder. */
const textFile = /\.(txt|text|md|markdown|rst|adoc|org|tex|html?|xhtml|pdf)$/i;

/** Files that are read ahead: enough to keep every thread that takes them apart at work. */
const readAhead = 2 * availableParallelism();

/** Longest id, in characters: it labels a branch wherever branches are shown. */
const longestKey = 200;

/** Files, folders and patterns such as `docs/**\/*.md`, in the order given; the files of a folder or pattern by name. */
export function filesSource(paths: readonly string[], world: World): DocumentSource {
  return {
    title: paths.length === 1 ? (paths[0] ?? '') : `${paths.length} files`,
    async *items() {
      yield* ahead(allFilesOf(paths, world), readAhead, async (file) => {
        const { text, title } = await readDocument(file, world);
        return { key: file === '-' ? title : checkedKey(relative(world.cwd, resolve(world.cwd, file)), file), text };
      });
    },
  };
}

async function* allFilesOf(paths: readonly string[], world: World): AsyncIterable<string> {
  for (const path of paths) yield* filesOf(path, world);
}

async function* filesOf(path: string, world: World): AsyncIterable<string> {
  const absolute = resolve(world.cwd, path);
  const found = path === '-' ? undefined : await stat(absolute).catch(() => undefined);
  if (found === undefined && isDynamicPattern(path)) return yield* matching(path, world);
  if (found?.isDirectory() !== true) return yield path;
  const names: string[] = [];
  for await (const entry of await opendir(absolute, { recursive: true })) {
    if (entry.isFile() && textFile.test(entry.name)) names.push(join(entry.parentPath, entry.name));
  }
  if (names.length === 0) throw new InputError(`Expected text files in \`${path}\`, got a folder without any.`);
  yield* names.toSorted((left, right) => (left < right ? -1 : 1));
}

/** Shells hand a pattern on where nothing matches it, or where it is quoted. */
async function* matching(pattern: string, world: World): AsyncIterable<string> {
  const names = await glob(pattern, { cwd: world.cwd, expandDirectories: false });
  if (names.length === 0) throw new InputError(`Expected files that match \`${pattern}\`, got none.`);
  yield* names.toSorted((left, right) => (left < right ? -1 : 1));
}

export interface LinesFields {
  idField: string;
  textField: string;
}

/** A file of JSON Lines, or standard input for `-`, which is kept in memory. */
export function linesSource(path: string, fields: LinesFields, world: World): DocumentSource {
  let kept: string[] | undefined;
  return {
    title: path === '-' ? 'standard input' : path,
    async *items() {
      if (path === '-') kept ??= await linesIn(world.stdin);
      let number = 0;
      for await (const line of kept ?? linesOf(path, world)) {
        number += 1;
        if (line.trim() !== '') yield itemOf(line, `${path}:${number}`, fields);
      }
    },
  };
}

async function linesIn(input: NodeJS.ReadableStream): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input, crlfDelay: Infinity })) lines.push(line);
  return lines;
}

async function* linesOf(path: string, world: World): AsyncIterable<string> {
  const input = createReadStream(resolve(world.cwd, path), 'utf8');
  // A stream that fails while nobody reads would end the process.
  const failed = new Promise<never>((_, reject) => input.once('error', reject));
  failed.catch(() => {});
  const lines = createInterface({ input, crlfDelay: Infinity });
  try {
    yield* lines;
    if (input.errored) throw input.errored;
  } catch (error) {
    throw new InputError(`Expected a readable file, got \`${path}\`: ${(error as Error).message}`);
  } finally {
    lines.close();
    input.destroy();
  }
}

function itemOf(line: string, place: string, { idField, textField }: LinesFields): Item {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    throw new InputError(`${place}: Expected one JSON object a line, got ${JSON.stringify(line.slice(0, 60))}.`);
  }
  const { [idField]: id, [textField]: text } = (row ?? {}) as Record<string, unknown>;
  if (typeof id !== 'string' && typeof id !== 'number') {
    throw new InputError(
      `${place}: Expected \`${idField}\` to be a string or a number, got ${JSON.stringify(id) ?? 'nothing'}.`,
      'Name the field with --id-field.',
    );
  }
  if (typeof text !== 'string' || text.trim() === '') {
    throw new InputError(
      `${place}: Expected \`${textField}\` to be a text, got ${JSON.stringify(text)?.slice(0, 60) ?? 'nothing'}.`,
      'Name the field with --text-field.',
    );
  }
  if (!text.isWellFormed()) {
    throw new InputError(`${place}: Expected well-formed Unicode, got half of a surrogate pair.`);
  }
  return { key: checkedKey(String(id), place), text };
}

function checkedKey(key: string, place: string): string {
  if (key.trim() === '' || key.length > longestKey || /\p{Cc}/u.test(key) || !key.isWellFormed()) {
    throw new InputError(
      `${place}: Expected an id of 1 to ${longestKey} characters on one line, got ${JSON.stringify(key.slice(0, 60))}.`,
    );
  }
  return key;
}

/**
 * Goes through all documents once.
 *
 * @returns how many there are, and the first few
 * @throws InputError naming the first that cannot be used; nothing has been started then
 */
export async function checkDocuments(
  source: DocumentSource,
  few: number,
  each: (item: Item) => void,
): Promise<{ total: number; first: Item[] }> {
  const keys = new Set<string>();
  const first: Item[] = [];
  for await (const item of source.items()) {
    if (keys.has(item.key)) throw new InputError(`Expected every id once, got ${JSON.stringify(item.key)} twice.`);
    keys.add(item.key);
    if (first.length < few) first.push(item);
    each(item);
  }
  if (keys.size === 0) throw new InputError(`Expected at least one document in ${source.title}, got none.`);
  return { total: keys.size, first };
}
