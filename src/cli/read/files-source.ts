import { createHash } from 'node:crypto';
import { lstat, realpath, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';

import picomatch from 'picomatch';

import { FanfoldError, InputError } from '../../contract/errors.js';
import { maxDocumentBytes } from '../../contract/limits.js';
import { endingOf, Folder, HomeFolder, mayBeImage, readerOf, readInside, slashed } from '../../files/index.js';
import type { LeftOut, Taking } from '../../files/index.js';
import { ahead } from './ahead.js';
import { longestKey } from '../../contract/limits.js';
import type { DocumentSource, ReadItem } from './document-source.js';
import { readDocument } from './read-document.js';
import { homeOf, storeOf } from '../home/session.js';
import { hintFor, skippedLine } from './skipped.js';
import { readContent } from './read-content.js';
import type { Reading } from './read-content.js';
import { NoReader } from './text-of-file.js';
import type { World } from '../world.js';

/** Files that are read ahead: enough to keep every thread that takes them apart at work. */
const readAhead = 2 * availableParallelism();

/** A file that is taken: named itself, or found in a folder. */
interface Chosen {
  key: string;
  /** As it is to be named where it cannot be read. */
  name: string;
  /** Where it was found: the real path of the folder, and its path from there. */
  found?: { root: string; path: string };
}

/**
 * Files, folders and patterns such as `docs/**\/*.md`, in the order given; the files of a folder or pattern by path. What is found once is
 * what is gone through again.
 */
export function filesSource(paths: readonly string[], taking: Taking, reading: Reading, world: World): DocumentSource {
  const skipped: LeftOut[] = [];
  const { hidden = false, noIgnore = false, ignore = [] } = taking;
  const settings = { hidden, noIgnore, ignore, homes: [homeOf(world), storeOf(world)] };
  const isRead = (path: string) => readerOf(path) !== 'none' || (mayBeImage(path) && reading.models.length > 0);
  let chosen: readonly Chosen[] | undefined;
  let hasFolders = false;
  // Standard input comes once, and is gone through as often as files are.
  let piped: ReturnType<typeof itemOf> | undefined;
  return {
    get title() {
      return paths.length === 1 ? (paths[0] ?? '') : `${paths.length} ${hasFolders ? 'paths' : 'files'}`;
    },
    get skipped() {
      return hasFolders ? skipped : undefined;
    },
    async *items() {
      if (chosen === undefined) await checkNamed(paths, world);
      const first = chosen === undefined;
      const taken: Chosen[] = [];
      const read = ahead(chosen ?? chosenOf(paths, isRead, settings, skipped, world), readAhead, async (file) => ({
        file,
        item: await (file.name === '-'
          ? (piped ??= itemOf(file, reading, world, first))
          : itemOf(file, reading, world, first)),
      }));
      for await (const { file, item } of read) {
        if ('why' in item) {
          skipped.push(item);
          continue;
        }
        if (first) taken.push(file);
        hasFolders ||= file.found !== undefined;
        yield item;
      }
      chosen ??= taken;
    },
  };
}

/** @throws InputError naming every path that leads to nothing: a slip of whoever typed it, and not a document that cannot be read */
async function checkNamed(paths: readonly string[], world: World): Promise<void> {
  const missing: string[] = [];
  for (const path of paths) {
    if (path === '-' || picomatch.scan(path).isGlob) continue;
    const isThere = await lstat(resolve(world.cwd, path)).then(
      () => true,
      () => false,
    );
    if (!isThere) missing.push(`\`${path}\``);
  }
  if (missing.length === 0) return;
  const more = missing.length > 10 ? ` and ${missing.length - 10} more` : '';
  throw new InputError(
    missing.length === 1
      ? `Expected a file, got ${missing[0]}, which does not exist.`
      : `Expected files, got ${missing.slice(0, 10).join(', ')}${more}, which do not exist.`,
  );
}

/** @param isRead whether a file of a folder is taken, by its name */
async function* chosenOf(
  paths: readonly string[],
  isRead: (path: string) => boolean,
  taking: Taking,
  skipped: LeftOut[],
  world: World,
): AsyncGenerator<Chosen> {
  for (const path of paths) {
    const found = path === '-' ? undefined : await stat(resolve(world.cwd, path)).catch(() => undefined);
    if (found?.isDirectory()) yield* foundIn(path, path, isRead, taking, skipped, world);
    else if (path !== '-' && found === undefined && picomatch.scan(path).isGlob) {
      yield* matching(path, isRead, taking, skipped, world);
    } else yield { key: path === '-' ? path : keyOf(path, world), name: path };
  }
}

/** Shells hand a pattern on where nothing matches it, or where it is quoted. */
function matching(
  pattern: string,
  isRead: (path: string) => boolean,
  taking: Taking,
  skipped: LeftOut[],
  world: World,
): AsyncGenerator<Chosen> {
  const { base, glob } = picomatch.scan(pattern);
  const matches = picomatch(glob, { dot: taking.hidden === true });
  // Without `**` and repetitions a pattern has as many parts as the paths that it matches.
  const mostDepth = /\*\*|[*+]\(/.test(glob) ? Infinity : glob.split('/').length - 1;
  return foundIn(pattern, base || '.', isRead, taking, skipped, world, { matches, mostDepth });
}

/** @throws InputError where there are no documents in it, or it is fanfold's home */
async function* foundIn(
  named: string,
  folder: string,
  isRead: (path: string) => boolean,
  taking: Taking,
  skipped: LeftOut[],
  world: World,
  pattern?: { matches: (path: string) => boolean; mostDepth: number },
): AsyncGenerator<Chosen> {
  let count = 0;
  try {
    const opened = await Folder.open(resolve(world.cwd, folder), taking);
    for await (const found of opened.walk('', pattern?.mostDepth)) {
      if (pattern !== undefined && !found.path.endsWith('/') && !pattern.matches(found.path)) continue;
      const name = slashed(join(folder, found.path));
      if ('why' in found) skipped.push({ ...found, path: shown(name) });
      else if (!isRead(found.path)) skipped.push(withoutReader(shown(name)));
      else {
        count += 1;
        yield { key: keyOf(name, world), name: shown(name), found: { root: opened.root, path: found.path } };
      }
    }
  } catch (error) {
    throw notGoneThrough(error as Error, named, pattern !== undefined);
  }
  if (count > 0) return;
  throw pattern === undefined
    ? new InputError(`Expected text files in \`${named}\`, got a folder without any.${also(skipped)}`, hintFor(skipped))
    : new InputError(`Expected files that match \`${named}\`, got none.${also(skipped)}`, hintFor(skipped));
}

function notGoneThrough(error: Error, named: string, isPattern: boolean): Error {
  if (error instanceof FanfoldError) return error;
  if (error instanceof HomeFolder)
    return new InputError(`Expected a folder of documents, got \`${named}\`. ${error.message}`);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' && isPattern) return new InputError(`Expected files that match \`${named}\`, got none.`);
  return new InputError(`Expected a folder that can be read, got \`${named}\`: ${error.message}`);
}

const also = (skipped: readonly LeftOut[]) => (skipped.length === 0 ? '' : ` ${skippedLine(skipped)}.`);

async function itemOf(
  file: Chosen,
  reading: Reading,
  world: World,
  mayBeSkipped: boolean,
): Promise<ReadItem | LeftOut> {
  const { key, name, found } = file;
  try {
    if (found === undefined) {
      if (name !== '-') await checkNoPipe(name, world);
      const { title, ...content } = await readDocument(name, world, reading);
      return { key: name === '-' ? title : key, ...(name !== '-' && { path: resolve(world.cwd, name) }), ...content };
    }
    const path = join(found.root, found.path);
    const again = async () => {
      // One byte over the limit is enough to tell that it is too large.
      const { bytes } = await readInside(found.root, path, maxDocumentBytes + 1).catch((error: Error) => {
        throw new InputError(`Expected a readable file, got \`${name}\`: ${error.message}`);
      });
      return bytes;
    };
    const content = await readContent({ bytes: await again(), again }, name, reading, world);
    // It has the name of an image, and is something else.
    if (mayBeSkipped && content.file === undefined && readerOf(name) === 'none') return withoutReader(name);
    return { key, path, ...content };
  } catch (error) {
    // What a name promises and the content does not keep is a document that cannot be read.
    if (mayBeSkipped && found !== undefined && error instanceof NoReader && readerOf(name) === 'by content') {
      return { path: name, why: 'noReader', detail: `for ${error.kind}` };
    }
    if (!(error instanceof InputError) || name === '-') throw error;
    return { key, text: '', unreadable: [error.message, error.advice ?? ''].join(' ').trim() };
  }
}

/**
 * A shell that expands `docs/*` names pipes, too, and one that nobody writes to is never read to its end. What shells make of `<(…)`
 * has no path.
 *
 * @throws InputError for a named pipe
 */
async function checkNoPipe(name: string, world: World): Promise<void> {
  const real = await realpath(resolve(world.cwd, name)).catch(() => undefined);
  if (real === undefined || /^\/(dev|proc)\//.test(real) || !(await stat(real)).isFIFO()) return;
  throw new InputError(`Expected a file, got \`${name}\`, which is a named pipe.`, 'Hand it over on standard input.');
}

function withoutReader(path: string): LeftOut {
  return { path, why: 'noReader', detail: `for ${endingOf(path)}` };
}

/** A path as the key of a branch: on one line, and short enough to label it; the end of a long one says more than its beginning. */
function keyOf(path: string, world: World): string {
  const whole = slashed(relative(world.keysFrom ?? world.cwd, resolve(world.cwd, path))) || path;
  const key = shown(whole);
  if (key.length <= longestKey) return key;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  return `${hash}…${key.slice(20 - longestKey).replace(/^[\uDC00-\uDFFF]/, '')}`;
}

/** A path with what breaks a line or hides in one written out. */
function shown(path: string): string {
  const written = (character: string) => `\\u{${character.codePointAt(0)?.toString(16)}}`;
  return path.toWellFormed().replaceAll(/[\p{Cc}\u2028-\u202E\u2066-\u2069]/gu, written);
}
