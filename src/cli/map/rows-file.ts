import { open, rm, stat, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

import { InputError } from '../../contract/errors.js';
import { moveOver } from '../../disk/index.js';
import { lockOut } from '../run/out-lock.js';
import { unwritable } from '../run/unwritable.js';
import type { World } from '../world.js';
import { isHeaderOnly } from './header-only.js';
import { checkGrown, checkLeft } from './left-rows.js';
import type { MapRow } from './map-rows.js';
import type { OldRow, RowFormat } from './row-format.js';
import type { RowsTarget, Step } from './rows-out.js';
import { RowsPlaces } from './rows-places.js';
import { RowsThere } from './rows-there.js';
import { wholeRows } from './whole-file.js';

/** What is to become of rows that a file has already. */
export interface OutFlags {
  resume?: boolean;
  retryFailed?: boolean;
  /** With `resume`: the run with that id, which has all rows, is attached to. */
  id?: string;
  /** Nothing is written. */
  dryRun?: boolean;
}

/**
 * A file of answers, and the rows that are in it.
 *
 * RowsFile-1. After a crash it holds whole rows from the first on, without gaps; who goes on begins behind the last of them.
 * RowsFile-2. Rows of another table are not overwritten, and none is where nobody asked for it.
 * RowsFile-3. Failed rows are asked about beside the file, which is replaced when all of them are there.
 * RowsFile-4. A format that cannot grow (Parquet, a JSON array, gzip) grows as JSON Lines beside its name, and is written at the end.
 */
export class RowsFile {
  readonly #places: RowsPlaces;
  readonly #there: RowsThere;
  #target: FileHandle | undefined;
  #unlock: (() => Promise<void>) | undefined;
  /** Whether it is there for its header only. */
  #isBare = false;

  private constructor(
    readonly name: string,
    readonly flags: OutFlags,
    readonly world: World,
  ) {
    this.#places = new RowsPlaces(name, world.cwd);
    this.#there = new RowsThere(name, flags);
  }

  get format(): RowFormat {
    return this.#places.format;
  }

  /**
   * Opens the file for what the flags say; nothing is written yet.
   *
   * @throws InputError where it cannot be written, or has rows and nobody asked to go on with them
   */
  static async open(name: string, flags: OutFlags, world: World): Promise<RowsFile> {
    const file = new RowsFile(name, flags, world);
    if (flags.dryRun !== true) file.#unlock = await lockOut(file.#places.path, name);
    try {
      await file.#checkNew();
    } catch (error) {
      await file.unlock();
      throw error;
    }
    return file;
  }

  /** Lets other commands write it. */
  async unlock(): Promise<void> {
    await this.#unlock?.();
    this.#unlock = undefined;
  }

  async #checkNew(): Promise<void> {
    const { flags, name } = this;
    const { path: own, growingPath, isGrowing, retryPath } = this.#places;
    if (!isGrowing) await checkGrown(growingPath, `${name}.part.jsonl`);
    if (flags.retryFailed === true) await checkLeft(retryPath, `${name}.retry`, this.format);
    if (flags.resume === true || flags.retryFailed === true) return;
    for (const path of new Set([growingPath, own])) {
      const found = await stat(path).catch(() => undefined);
      if (found?.isDirectory() === true) {
        throw new InputError(`Expected \`out\` to be a file, got \`${name}\`, which is a folder.`);
      }
      if (found === undefined || found.size === 0 || (await isHeaderOnly(path, this.format))) continue;
      throw new InputError(
        `Expected \`out\` to be new, got \`${name}${path === own ? '' : '.part.jsonl'}\`, which has rows.`,
        'Go on with them with `--resume`, ask again about those that failed with `--retry-failed`, or choose another --out.',
      );
    }
  }

  /** Takes in which of the rows are there, while they are gone through: see `look`. */
  async *seen(rows: AsyncIterable<MapRow>): AsyncGenerator<MapRow> {
    const old = this.#old();
    let index = 0;
    try {
      for await (const row of rows) {
        const { done, value } = await old.next();
        if (done !== true) this.#there.see(row, value, index);
        index += 1;
        yield row;
      }
      const more = await old.next();
      if (more.done !== true) {
        throw new InputError(
          `Expected \`${this.name}\` to hold rows of this table, got ${JSON.stringify(more.value.key)} behind the last.`,
          'Choose another --out.',
        );
      }
    } finally {
      await old.return(undefined);
    }
  }

  /** Whether a row is asked about. */
  asks(index: number): boolean {
    return this.#there.asks(index);
  }

  /** Number of rows in the file that are not ok. */
  get lost(): number {
    return this.#there.lost;
  }

  /** Of these, the rows that are not asked about. */
  get lostForGood(): number {
    return this.#there.lostForGood;
  }

  /** What is written in input order, and what is asked about. */
  async *steps(rows: AsyncIterable<MapRow>): AsyncGenerator<Step> {
    const replaces = this.flags.retryFailed === true;
    const old = replaces ? this.#old() : undefined;
    let index = 0;
    try {
      for await (const row of rows) {
        const before = await old?.next();
        if (this.asks(index)) yield { row, isThere: !replaces && index < this.#there.rows };
        else if (before !== undefined && before.done !== true) yield { old: before.value.text };
        index += 1;
      }
    } finally {
      await old?.return(undefined);
    }
  }

  /** Begins to write behind the last whole row, or beside the file where failed rows in it are to be replaced. */
  async begin(columns: readonly string[]): Promise<RowsTarget> {
    const replaces = this.flags.retryFailed === true;
    const { format, growingPath, retryPath } = this.#places;
    const path = replaces ? retryPath : growingPath;
    const { end: endOfRows } = this.#there;
    if (endOfRows > 0) await this.#checkHeader(format.header(columns));
    this.#isBare = !replaces && !(await isThere(path));
    this.#target = await open(path, replaces ? 'w' : 'a').catch((error: Error) => {
      throw new InputError(`Expected \`out\` to be a file that can be written, got \`${this.name}\`: ${error.message}`);
    });
    const end = replaces || this.#isBare ? 0 : endOfRows;
    const file = this.#target;
    const write = (text: string) => file.appendFile(text).catch(this.#fail);
    try {
      await truncate(path, end).catch(this.#fail);
      if (end === 0) await write(format.header(columns));
    } catch (error) {
      this.#target = undefined;
      await file.close();
      throw error;
    }
    return {
      write: async (text) => {
        // Rows of a file that cannot grow stand before the first that is new.
        if (this.#isBare && endOfRows > 0)
          for await (const old of wholeRows(this.name, this.world)) await write(old.text);
        this.#isBare = false;
        return write(text);
      },
    };
  }

  get #fail() {
    return unwritable(this.name, 'the same command with `--resume`');
  }

  /** Rows of other columns would not fit those that are there. */
  async #checkHeader(header: string): Promise<void> {
    const file = await open(this.#places.growingPath, 'r').catch(() => undefined);
    if (file === undefined) return;
    try {
      const bytes = Buffer.byteLength(header);
      const found = (await file.read(Buffer.alloc(bytes), 0, bytes, 0)).buffer.toString();
      if (found === header) return;
      throw new InputError(
        `Expected \`${this.name}\` to begin with the columns ${header.trim()}, got ${JSON.stringify(found.split('\n')[0])}.`,
        'Go on with the same prompt, schema and flags, or choose another --out.',
      );
    } finally {
      await file.close();
    }
  }

  /** @param isComplete whether every row is written */
  async close(isComplete: boolean, columns: readonly string[]): Promise<void> {
    await this.#close(isComplete, columns).finally(() => this.unlock());
  }

  async #close(isComplete: boolean, columns: readonly string[]): Promise<void> {
    if (this.#target === undefined) return;
    const file = this.#target;
    const { growingPath, isGrowing, retryPath } = this.#places;
    this.#target = undefined;
    await file
      .sync()
      .finally(() => file.close())
      .catch(this.#fail);
    if (this.#isBare) return rm(growingPath, { force: true });
    if (this.flags.retryFailed === true) {
      if (!isComplete) return rm(retryPath, { force: true });
      await moveOver(retryPath, growingPath);
    }
    if (!isComplete || isGrowing) return;
    await this.#places.writeWhole(columns).catch(this.#fail);
    await rm(growingPath, { force: true });
  }

  /** The rows that are there, whole. */
  async *#old(): AsyncGenerator<OldRow, void, undefined> {
    if (this.flags.resume !== true && this.flags.retryFailed !== true) return;
    const { path, growingPath, isGrowing } = this.#places;
    const file = await open(growingPath, 'r').catch(() => undefined);
    if (file !== undefined) {
      try {
        yield* this.format.read(file, this.name);
      } finally {
        await file.close();
      }
    } else if (!isGrowing && (await isThere(path))) yield* wholeRows(this.name, this.world);
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
