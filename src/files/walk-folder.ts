import type { Dirent } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { isHome, isInHome, mayBeHome } from './home-marks.js';
import { IgnoreRules, slashed } from './ignore-rules.js';
import type { LeftOut, WhyLeftOut } from './left-out.js';
import { isInside } from './open-regular.js';
import { isVendored } from './vendored.js';

/** Options of a walk: what is taken out of a folder. */
export interface Taking {
  /** Folders of fanfold's own, absolute, which are never entered. Other homes are known by their contents. */
  homes?: readonly string[];
  /** Takes names that begin with a dot. */
  hidden?: boolean;
  /** Takes vendored folders, and what `.gitignore` and `.fanfoldignore` leave out. */
  noIgnore?: boolean;
  /** Patterns as in a `.gitignore` of the folder, which have the last word. */
  ignore?: readonly string[];
}

/** A file that is taken. */
export interface Taken {
  /** Path from the folder that is walked, with `/` between its parts. */
  path: string;
}

type Entry = { name: string; kind: 'file' | 'folder' | 'link' | 'other' };

/** A folder during the walk. */
interface Level {
  /** Path from the root; empty for the root itself. */
  path: string;
  rules: IgnoreRules;
  entries: Entry[];
  next: number;
}

/** The error of a walk that begins in a fanfold home. */
export class HomeFolder extends Error {
  override readonly name = 'HomeFolder';

  constructor() {
    super("It is fanfold's home, or lies in one.");
  }
}

/**
 * Walks a folder, and tells what is taken out of it and what is not.
 *
 * WalkFolder-1. Only regular files are taken, and links to such files inside the folder. No link to a folder is followed.
 * WalkFolder-2. No fanfold home is entered, whatever else is asked for.
 * WalkFolder-3. Files come in the order of the code units of their paths, with `/` between the parts, on every system.
 * WalkFolder-4. Memory holds the names in the folders on the way to the current one, however deep or wide the rest is.
 * WalkFolder-5. Everything that is left out is told with its reason: files, and folders as a whole.
 */
export class Folder {
  readonly #homes: readonly string[];

  private constructor(
    /** Real path. */
    readonly root: string,
    readonly taking: Taking,
    homes: readonly string[],
    readonly above: IgnoreRules,
  ) {
    this.#homes = homes;
  }

  /**
   * @throws HomeFolder for a fanfold home, or what lies in one
   * @throws Error as the system has it where there is no such folder
   */
  static async open(path: string, taking: Taking = {}): Promise<Folder> {
    const root = await realpath(path);
    const homes = await Promise.all((taking.homes ?? []).map((home) => realpath(home).catch(() => home)));
    if (homes.some((home) => isInside(home, root)) || (await isInHome(root))) throw new HomeFolder();
    const above = await IgnoreRules.above(root, taking.ignore ?? [], taking.noIgnore !== true);
    return new Folder(root, taking, homes, above);
  }

  /**
   * Walks the folder.
   *
   * @param from a folder in it that is taken, where to begin: as {@link Taken.path}
   * @param mostDepth folders inside folders that are gone into; 0 for none
   * @throws Error as the system has it where the folder itself cannot be read
   */
  async *walk(from = '', mostDepth = Infinity): AsyncGenerator<Taken | LeftOut> {
    const first = await this.#level(from, await this.#rulesOn(from));
    if (!('entries' in first)) throw first.error;
    const levels: Level[] = [first];
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const entry = level.entries[level.next];
      level.next += 1;
      if (entry === undefined) {
        levels.pop();
        continue;
      }
      const path = level.path === '' ? entry.name : `${level.path}/${entry.name}`;
      if (entry.kind !== 'folder') {
        const left = await this.#whyNot(path, entry, level.rules);
        yield left === undefined ? { path } : { path, ...left };
        continue;
      }
      if (levels.length > mostDepth) continue;
      const inner = await this.#inner(path, entry.name, level.rules);
      if ('entries' in inner) levels.push(inner);
      else yield { path: `${path}/`, ...inner };
    }
  }

  /**
   * The reason why a path is left out, or its folder; `undefined` where it is taken.
   *
   * @param real its real path, inside of the folder
   */
  async whyLeftOut(real: string): Promise<Omit<LeftOut, 'path'> | undefined> {
    const way = real === this.root ? [] : slashed(relative(this.root, real)).split('/');
    let rules = this.above;
    for (const [at, name] of way.entries()) {
      const folder = way.slice(0, at).join('/');
      rules = await this.#within(folder, rules);
      const path = folder === '' ? name : `${folder}/${name}`;
      const isFolder = (await stat(join(this.root, path))).isDirectory();
      const inner = isFolder ? await this.#inner(path, name, rules) : this.#whyNotNamed(path, name, rules);
      if (inner !== undefined && 'why' in inner) return inner;
    }
    return undefined;
  }

  async #level(path: string, above: IgnoreRules): Promise<Level | { error: unknown }> {
    try {
      const read = await readdir(join(this.root, path), { withFileTypes: true });
      const rules = await this.#within(path, above);
      const entries = read.map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
      return { path, rules, entries: entries.toSorted(byPath), next: 0 };
    } catch (error) {
      return { error };
    }
  }

  /** The rules on the way to a folder, without its own. */
  async #rulesOn(path: string): Promise<IgnoreRules> {
    if (path === '') return this.above;
    const way = path.split('/');
    let rules = this.above;
    for (const [at] of way.entries()) rules = await this.#within(way.slice(0, at).join('/'), rules);
    return rules;
  }

  async #within(path: string, rules: IgnoreRules): Promise<IgnoreRules> {
    return this.taking.noIgnore === true ? rules : rules.within(this.#fromBase(path, rules));
  }

  /** Paths of rules begin at the top of the work tree. */
  #fromBase(path: string, { base }: IgnoreRules): string {
    return slashed(relative(base, join(this.root, path)));
  }

  /** Judges a path by its name and the patterns alone. */
  #whyNotNamed(path: string, name: string, rules: IgnoreRules, isFolder = false): { why: WhyLeftOut } | undefined {
    if (name.startsWith('.') && this.taking.hidden !== true) return { why: 'hidden' };
    if (isFolder && this.taking.noIgnore !== true && isVendored(name)) return { why: 'vendored' };
    return rules.ignores(this.#fromBase(path, rules) + (isFolder ? '/' : '')) ? { why: 'ignored' } : undefined;
  }

  /** The entries of a folder, or the reason why it is not entered. */
  async #inner(path: string, name: string, rules: IgnoreRules): Promise<Level | Omit<LeftOut, 'path'>> {
    const absolute = join(this.root, path);
    if (name === '.fanfold' || this.#homes.includes(absolute)) return { why: 'home' };
    const left = this.#whyNotNamed(path, name, rules, true);
    if (left !== undefined) return left;
    const level = await this.#level(path, rules);
    if ('error' in level) return { why: 'unreadable', detail: codeOf(level.error) };
    const names = new Set(level.entries.map((entry) => entry.name));
    if (mayBeHome(names) && (await isHome(absolute))) return { why: 'home' };
    return this.taking.noIgnore !== true && isVendored(name, names) ? { why: 'vendored' } : level;
  }

  async #whyNot(path: string, { name, kind }: Entry, rules: IgnoreRules): Promise<Omit<LeftOut, 'path'> | undefined> {
    const left = this.#whyNotNamed(path, name, rules);
    if (left !== undefined) return left;
    if (kind === 'other') return { why: 'notRegular' };
    // Bytes of a name that are no UTF-8 were replaced, and no file has the resulting name.
    const isNamed = !name.includes('\uFFFD') || (await lstat(join(this.root, path)).catch(() => undefined));
    if (!isNamed) return { why: 'unreadable', detail: '(its name is not UTF-8)' };
    return kind === 'link' ? this.#whyNotLink(path) : undefined;
  }

  /** A link is taken where what it leads to would be. */
  async #whyNotLink(path: string): Promise<Omit<LeftOut, 'path'> | undefined> {
    const real = await realpath(join(this.root, path)).catch(() => undefined);
    if (real === undefined) return { why: 'linkToNothing' };
    if (!isInside(this.root, real)) return { why: 'linkOut' };
    const found = await stat(real).catch(() => undefined);
    if (found?.isDirectory()) return { why: 'linkToFolder' };
    if (!found?.isFile()) return { why: 'notRegular' };
    return this.whyLeftOut(real).catch(() => ({ why: 'linkToNothing' }));
  }
}

function kindOf(entry: Dirent): Entry['kind'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

/** Compares whole paths: a folder's entries stand where its name and a slash do. */
function byPath(left: Entry, right: Entry): number {
  const [one, other] = [left, right].map(({ name, kind }) => (kind === 'folder' ? `${name}/` : name)) as [
    string,
    string,
  ];
  return one < other ? -1 : Number(one > other);
}

function codeOf(error: unknown): string {
  return `(${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`;
}
