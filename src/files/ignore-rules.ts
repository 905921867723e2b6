import { lstat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

import ignore from 'ignore';
import type { Ignore } from 'ignore';

import { readRegular } from './open-regular.js';

/** Files of patterns in a folder; the last of them has the last word. */
const ignoreFiles = ['.gitignore', '.fanfoldignore'];

/** Longest file of patterns that is read, in bytes. */
const mostBytes = 1_000_000;

/**
 * Most ways in which a pattern is compared with a path. A pattern with `**` several times has about the path's depth to the power
 * of their number. A pattern that needs more counts as a match: ordinary trees have no such path, and one made for it would take
 * for ever.
 */
const mostWays = 100_000;

/** Paths after which an `ignore` object is made anew: it remembers every path. */
const mostRemembered = 10_000;

/**
 * The patterns that hold in a folder, as in gitignore(5): those of the folders above, then the folder's own, then those of the
 * command. The last match counts.
 */
export class IgnoreRules {
  #compiled: Ignore;
  #asked = 0;
  readonly #mostGlobstars: number;

  private constructor(
    /** The base of all paths, absolute. */
    readonly base: string,
    /** Patterns of files, each rewritten as if it stood at the base. */
    readonly filed: readonly string[],
    /** Patterns of the command, rewritten in the same way. */
    readonly given: readonly string[],
  ) {
    this.#compiled = ignore({ ignorecase: false }).add(filed).add(given);
    const globstars = [...filed, ...given].map(
      (line) => line.split('/').filter((part) => /^!?\*{2,}\s*$/.test(part)).length,
    );
    this.#mostGlobstars = globstars.reduce((most, each) => Math.max(most, each), 0);
  }

  /**
   * The rules above a folder: those of its git work tree. They do not count where they leave out the very folder that was named.
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

  /** The rules inside a folder, with those of the folder's own files. @param path from the base on; empty for the base itself */
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

/** Rewrites a pattern of a folder's file as the base's file would have it. */
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

/** A path with `/` between its parts on every system. */
export function slashed(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/');
}
