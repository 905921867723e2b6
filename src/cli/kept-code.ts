import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { arch, platform } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';

import { cacheDirectory } from '../server/cache-directory.js';
import { isOwnUid } from '../server/user.js';

/**
 * What V8 has compiled of the bundled programs, in the user's cache.
 *
 * KeptCode-1. Code is taken from, and put into, a folder that is this user's, and that no other can write to; so is each file of it.
 * KeptCode-2. It is good for one bundle in one place, under one Node on one kind of machine, while it is whole: V8 runs whatever it is given,
 * and names the place in stack traces.
 * KeptCode-3. Where nothing can be kept, nothing is said, and programs compile as they run.
 * KeptCode-4. Each command has code of its own: reading that of all of them takes longer than compiling what one needs.
 */

/** What code is of. */
export interface CodeOf {
  program: string;
  /** The command, where the program has several. */
  word?: string | undefined;
  /** Where the bundle is. */
  path: string;
  /** Its text. */
  bundle: string;
  /** What compiles it: see `engineOf`. */
  engine: string;
}

/** First line of the bundle: a digest of what follows. V8 itself compares no more than lengths. */
const digestLength = '// '.length + 64;

/** Most files that are kept, of all programs, words and versions: 0.7 to 5 MB each. */
const mostKept = 24;

/** Drafts have names of their own. */
const isDraft = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.code$/;

/** A draft is written within a second; whoever began one this many milliseconds ago was killed. */
const draftLivesMs = 3_600_000;

/** Bits of a mode that let others than the owner write. */
const othersWrite = 0o022;

/** The Node, its flags, and the machine. */
export function engineOf(nodeVersion: string): string {
  return `${nodeVersion} ${platform()} ${arch()} ${cachedDataVersionTag()}`;
}

/** The folder, made where it is missing; `undefined` where none is this user's alone. */
export function codeFolder(env: NodeJS.ProcessEnv): string | undefined {
  const folder = join(cacheDirectory(env), 'code');
  if (!isAbsolute(folder)) return undefined;
  try {
    const found = lstatSync(folder, { throwIfNoEntry: false }) ?? made(folder);
    return found.isDirectory() && isOurs(found) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** The code that is kept of a program, where it fits and is this user's. */
export function keptCode(folder: string, of: CodeOf): Buffer | undefined {
  try {
    const found = readOurs(join(folder, fileName(of)));
    if (found === undefined) return undefined;
    const code = found.subarray(found.indexOf('\n') + 1);
    const head = found.toString('latin1', 0, found.length - code.length);
    return head === headOf(code, of) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps code, and lets the oldest go. It never throws. */
export function keepCode(folder: string, of: CodeOf, code: Buffer): void {
  const draft = join(folder, `${randomUUID()}.code`);
  try {
    writeFileSync(draft, Buffer.concat([Buffer.from(headOf(code, of), 'latin1'), code]), { mode: 0o600, flag: 'wx' });
    renameSync(draft, join(folder, fileName(of)));
    letOldestGo(folder);
  } catch {
    // See KeptCode-3.
    drop(draft);
  }
}

function drop(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // See KeptCode-3.
  }
}

/** What code is good for, up to a line break. */
function headOf(code: Buffer, { bundle, engine }: CodeOf): string {
  return `${bundle.slice(0, digestLength)} ${engine} ${createHash('sha256').update(code).digest('hex')}\n`;
}

/** Installations, and versions of fanfold and of Node, stand beside each other. */
function fileName({ program, word, path, bundle, engine }: CodeOf): string {
  const version = createHash('sha256').update(`${bundle.slice(0, digestLength)} ${engine} ${path}`);
  return `${program}${word === undefined ? '' : `-${word}`}.${version.digest('hex').slice(0, 16)}.code`;
}

/** And drafts of those who were killed, which do not count. */
function letOldestGo(folder: string): void {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.code'))
    .map((name) => ({ name, keptAtMs: lstatSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .toSorted((one, other) => other.keptAtMs - one.keptAtMs);
  const drafts = files.filter(({ name }) => isDraft.test(name));
  const stale = drafts.filter(({ keptAtMs }) => keptAtMs < Date.now() - draftLivesMs);
  const oldest = files.filter(({ name }) => !isDraft.test(name)).slice(mostKept);
  for (const { name } of [...stale, ...oldest]) drop(join(folder, name));
}

/** The file is not read through a link, and a pipe is not waited for. */
function readOurs(path: string): Buffer | undefined {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const found = fstatSync(file);
    return found.isFile() && isOurs(found) ? readFileSync(file) : undefined;
  } finally {
    closeSync(file);
  }
}

/** On Windows modes say nothing: the access list of the user's folder has to do. */
function isOurs({ uid, mode }: Stats): boolean {
  return isOwnUid(uid) && (platform() === 'win32' || (mode & othersWrite) === 0);
}

function made(folder: string): Stats {
  makeFolder(folder);
  return lstatSync(folder);
}

/** Not by Node's own recursive `mkdir`: it never comes back from a place where nothing can be made, such as /proc. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    makeFolder(dirname(path));
    mkdirSync(path, { mode: 0o700 });
  }
}
