import { lstat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

import ignore from 'ignore';
import type { Ignore } from 'ignore';

import { readRegular } from './open-regular.js';

/** Of one folder, the last has the last word. */
const ignoreFiles = ['.gitignore', '.fanfoldignore'];

/** Longest file of patterns that is read, in bytes. */
const mostBytes = 1_000_000;

/**
 * A pattern with `**` several times is held against a path in so many ways at most: about the depth of the path to the power of their
 * number. What asks for more is left out, as if it matched: an ordinary tree has no such path, and one that was made to has no end.
 */
const mostWays = 100_000;

/** `ignore` remembers every path that it was asked about; so many are enough. */
const mostRemembered = 10_000;

/**
 * The patterns that hold in a folder, as gitignore(5) says: those of the folders above it, then its own, then those of the
 * command; what is said last counts.
 */
export class IgnoreRules {
  #compiled: Ignore;
  #asked = 0;
  readonly #mostGlobstars: number;

  private constructor(
    /** Where paths begin: absolute. */
    readonly base: string,
    /** The patterns of the files of patterns, each as if it stood at the base. */
    readonly filed: readonly string[],
    /** The same of the command. */
    readonly given: readonly string[],
  ) {
    this.#compiled = ignore({ ignorecase: false }).add(filed).add(given);
    const globstars = [...filed, ...given].map(
      (line) => line.split('/').filter((part) => /^!?\*{2,}\s*$/.test(part)).length,
    );
    this.#mostGlobstars = globstars.reduce((most, each) => Math.max(most, each), 0);
  }

  /**
   * The rules above a folder: of the git work tree that it lies in, unless they leave the whole folder out, which was named on purpose.
   *
   * @param root real path of the folder
   * @param patterns of the command, from the folder on
   * @param readsFiles whether files of patterns count
   */
  static async above(root: string, patterns: readonly string[], readsFiles: boolean): Promise<IgnoreRules> {
    const top = readsFiles ? await workTreeOf(root) : undefined;
    if (top !== undefined && top !== root) {
      const way = slashed(relative(top, root)).split('/');
      let rules = new IgnoreRules(top, await linesOf(join(top, '.git', 'info', 'exclude')), []);
      let isOut = false;
      for (const [at] of way.entries()) {
        rules = await rules.within(way.slice(0, at).join('/'));
        isOut ||= rules.ignores(`${way.slice(0, at + 1).join('/')}/`);
      }
      const given = patterns.map((pattern) => below(way.join('/'), pattern));
      if (!isOut) return new IgnoreRules(top, rules.filed, given);
    }
    const excluded = top === root ? await linesOf(join(root, '.git', 'info', 'exclude')) : [];
    return new IgnoreRules(root, excluded, patterns);
  }

  /** The rules inside a folder, whose own files of patterns are read. @param path from the base on; empty for the base itself */
  async within(path: string): Promise<IgnoreRules> {
    const own: string[] = [];
    for (const name of ignoreFiles) own.push(...(await linesOf(join(this.base, path, name))));
    if (own.length === 0) return this;
    return new IgnoreRules(this.base, [...this.filed, ...own.map((line) => below(path, line))], this.given);
  }

  /** @param path from the base on; that of a folder ends with `/` */
  ignores(path: string): boolean {
    if (path.split('/').length ** this.#mostGlobstars > mostWays) return true;
    this.#asked += 1;
    if (this.#asked % mostRemembered === 0) this.#compiled = ignore({ ignorecase: false }).add(this.#compiled);
    return this.#compiled.ignores(path);
  }
}

/** A pattern of a folder's file, as the base's file would have it. */
function below(folder: string, line: string): string {
  if (folder === '') return line;
  const isNegated = line.startsWith('!');
  const pattern = isNegated ? line.slice(1) : line;
  // A slash at the beginning or in the middle ties a pattern to its folder; one at the end does not.
  const isTied = /\/(?!\s*$)/.test(pattern);
  const place = folder.replaceAll(/[\\*?[\]!#]/g, String.raw`\$&`);
  return `${isNegated ? '!' : ''}/${place}/${isTied ? pattern.replace(/^\//, '') : `**/${pattern}`}`;
}

async function linesOf(path: string): Promise<string[]> {
  const read = await readRegular(path, mostBytes).catch(() => undefined);
  const lines =
    read?.bytes
      .toString()
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/) ?? [];
  return lines.filter((line) => !/^\s*$|^#|^!?\/?\s*$/.test(line));
}

async function workTreeOf(folder: string): Promise<string | undefined> {
  for (let path = folder; ; path = dirname(path)) {
    if (await lstat(join(path, '.git')).catch(() => undefined)) return path;
    if (dirname(path) === path) return undefined;
  }
}

/** A path with `/` between its parts, whatever the system has. */
export function slashed(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/');
}
