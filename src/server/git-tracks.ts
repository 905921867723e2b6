import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** Largest index of git that is searched, in bytes. */
const largestIndex = 256 * 1_024 * 1_024;

/** Whether a file system takes `.Fanfold` for `.fanfold`. */
const ignoresCase = platform() === 'darwin' || platform() === 'win32';

/**
 * Whether a git repository around the directory has it, or anything in it, in its index. Git writes such files over ignored ones
 * with every checkout: a home's own mark would stay, and the files that it vouches for would not.
 *
 * Read from the index itself (https://git-scm.com/docs/index-format): starting git costs more than opening a home, and git's own
 * configuration in a foreign folder can name programs to run.
 */
export async function gitTracks(directory: string): Promise<boolean> {
  // Git keeps a link as a link; its target may be elsewhere.
  const paths = new Set([resolve(directory), await realpath(directory)]);
  for (const path of paths) {
    if (await isTracked(path).catch(() => false)) return true;
  }
  return false;
}

async function isTracked(directory: string): Promise<boolean> {
  for (let root = dirname(directory); ; root = dirname(root)) {
    const gitDirectory = await gitDirectoryOf(root);
    if (gitDirectory !== undefined) {
      const name = relative(root, directory).split(sep).join('/');
      for (const index of await indexesOf(gitDirectory)) {
        if (indexHas(await readFile(index), name)) return true;
      }
      return false;
    }
    if (dirname(root) === root) return false;
  }
}

async function gitDirectoryOf(root: string): Promise<string | undefined> {
  const path = join(root, '.git');
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return path;
  if (!found?.isFile() || found.size > 4_096) return undefined;
  // The work tree is linked, or a submodule.
  const [, elsewhere] = /^gitdir: (.+)/.exec(await readFile(path, 'utf8')) ?? [];
  return elsewhere === undefined ? undefined : resolve(root, elsewhere.trim());
}

async function indexesOf(gitDirectory: string): Promise<string[]> {
  const names = (await readdir(gitDirectory)).filter((name) => name === 'index' || name.startsWith('sharedindex.'));
  const paths = names.map((name) => join(gitDirectory, name));
  const found = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  return paths.filter((_, at) => found[at]?.isFile() && found[at].size <= largestIndex);
}

/** Whether an index names `name` or something below it. */
function indexHas(index: Buffer, name: string): boolean {
  if (index.length < 12 || index.toString('latin1', 0, 4) !== 'DIRC') return false;
  const wanted = Buffer.from(name).toString('latin1');
  const isWanted = (found: string) => {
    const [a, b] = ignoresCase ? [found.toLowerCase(), wanted.toLowerCase()] : [found, wanted];
    return a === b || a.startsWith(`${b}/`);
  };
  return index.readUInt32BE(4) === 4 ? compressedNames(index).some(isWanted) : plainHas(index, wanted, isWanted);
}

/**
 * Reads an index of version 2 or 3, which has every name in full, and its length in the lower 12 bits of the flags right before
 * it.
 */
function plainHas(index: Buffer, wanted: string, isWanted: (found: string) => boolean): boolean {
  const text = index.toString('latin1');
  const [haystack, needle] = ignoresCase ? [text.toLowerCase(), wanted.toLowerCase()] : [text, wanted];
  for (let at = haystack.indexOf(needle); at !== -1; at = haystack.indexOf(needle, at + 1)) {
    const end = text.indexOf('\0', at);
    if (at < 16 || end === -1) continue;
    const length = Math.min(end - at, 0xfff);
    const plain = index.readUInt16BE(at - 2);
    const extended = index.readUInt16BE(at - 4);
    const isName = (plain & 0xfff) === length || ((extended & 0x4000) !== 0 && (extended & 0xfff) === length);
    if (isName && isWanted(text.slice(at, end))) return true;
  }
  return false;
}

/** Reads an index of version 4, which says how much to cut off the name before, and what to append. */
function compressedNames(index: Buffer): string[] {
  const names: string[] = [];
  let at = 12;
  let name = '';
  for (let left = index.readUInt32BE(8); left > 0 && at + 63 < index.length; left -= 1) {
    at += 60;
    const flags = index.readUInt16BE(at);
    at += (flags & 0x4000) === 0 ? 2 : 4;
    let byte = index[at] ?? 0;
    let cut = byte & 0x7f;
    at += 1;
    // As offsets in packs: https://git-scm.com/docs/pack-format, "OFS_DELTA".
    while ((byte & 0x80) !== 0) {
      byte = index[at] ?? 0;
      at += 1;
      cut = ((cut + 1) << 7) | (byte & 0x7f);
    }
    const end = index.indexOf(0, at);
    if (end === -1) break;
    name = name.slice(0, Math.max(0, name.length - cut)) + index.toString('latin1', at, end);
    names.push(name);
    at = end + 1;
  }
  return names;
}
