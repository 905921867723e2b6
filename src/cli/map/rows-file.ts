import { open, rm, stat, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';

import { InputError } from '../../contract/errors.js';
import { moveOver } from '../../disk/index.js';
import { endingOf } from '../../files/index.js';
import { lockOut } from '../run/out-lock.js';
import { unwritable } from '../run/unwritable.js';
import type { World } from '../world.js';
import { isHeaderOnly } from './header-only.js';
import { checkGrown, checkLeft } from './left-rows.js';
import type { MapRow } from './map-rows.js';
import { jsonLinesFormat, tableFormat } from './row-format.js';
import type { OldRow, RowFormat } from './row-format.js';
import { rowColumn } from './row-record.js';
import type { RowsTarget, Step } from './rows-out.js';
import { checkSame } from './same-row.js';
import { wholeFormats, wholeRows } from './whole-file.js';

/** What is to become of rows that a file has already. */
export interface OutFlags {
  resume?: boolean;
  retryFailed?: boolean;
  /** With `resume`: the run with that id, which has all rows, is attached to. */
  id?: string;
  /** Nothing is written. */
  dryRun?: boolean;
}

/** Formats that take row after row, by the end of a name. */
const growing: Readonly<Record<string, RowFormat>> = {
  '.jsonl': jsonLinesFormat,
  '.ndjson': jsonLinesFormat,
  '.csv': tableFormat(','),
  '.tsv': tableFormat('\t'),
  '.tab': tableFormat('\t'),
};

/**
 * A file of answers, and the rows that are in it.
 *
 * RowsFile-1. After a crash it holds whole rows from the first on, without gaps; who goes on begins behind the last of them.
 * RowsFile-2. Rows of another table are not overwritten, and none is where nobody asked for it.
 * RowsFile-3. Failed rows are asked about beside the file, which is replaced when all of them are there.
 * RowsFile-4. A format that cannot grow (Parquet, a JSON array, gzip) grows as JSON Lines beside its name, and is written at the end.
 */
export class RowsFile {
  readonly format: RowFormat;
  /** Rows that are in the file, and which of them are to be asked about anew. */
  #rows = 0;
  #end = 0;
  #lost = 0;
  #lostForGood = 0;
  readonly #failed = new Set<number>();
  #target: FileHandle | undefined;
  #unlock: (() => Promise<void>) | undefined;
  /** Whether it is there for its header only. */
  #isBare = false;

  private constructor(
    readonly name: string,
    readonly flags: OutFlags,
    readonly world: World,
  ) {
    this.format = growing[endingOf(name)] ?? jsonLinesFormat;
  }

  /**
   * Opens the file for what the flags say; nothing is written yet.
   *
   * @throws InputError where it cannot be written, or has rows and nobody asked to go on with them
   */
  static async open(name: string, flags: OutFlags, world: World): Promise<RowsFile> {
    const file = new RowsFile(name, flags, world);
    const isGrowing = growing[endingOf(name)] !== undefined;
    if (!isGrowing && wholeFormats.find(({ ending }) => name.endsWith(ending)) === undefined) {
      throw new InputError(
        `Expected \`out\` to end in ${[...Object.keys(growing), ...wholeFormats.map(({ ending }) => ending)].join(', ')}, got \`${name}\`.`,
      );
    }
    if (flags.dryRun !== true) file.#unlock = await lockOut(file.#path, name);
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
    if (this.#growingPath !== this.#path) await checkGrown(this.#growingPath, `${name}.part.jsonl`);
    if (flags.retryFailed === true) await checkLeft(this.#retryPath, `${name}.retry`, this.format);
    if (flags.resume === true || flags.retryFailed === true) return;
    for (const path of new Set([this.#growingPath, this.#path])) {
      const found = await stat(path).catch(() => undefined);
      if (found?.isDirectory() === true) {
        throw new InputError(`Expected \`out\` to be a file, got \`${name}\`, which is a folder.`);
      }
      if (found === undefined || found.size === 0 || (await isHeaderOnly(path, this.format))) continue;
      throw new InputError(
        `Expected \`out\` to be new, got \`${name}${path === this.#path ? '' : '.part.jsonl'}\`, which has rows.`,
        'Go on with them with `--resume`, ask again about those that failed with `--retry-failed`, or choose another --out.',
      );
    }
  }

  get #path(): string {
    return resolve(this.world.cwd, this.name);
  }

  /** Where rows are written one after the other. */
  get #growingPath(): string {
    return growing[endingOf(this.name)] === undefined ? `${this.#path}.part.jsonl` : this.#path;
  }

  /** Where all rows are written while failed ones are asked about anew. */
  get #retryPath(): string {
    return `${this.#path}.retry`;
  }

  /** Takes in which of the rows are there, while they are gone through: see `look`. */
  async *seen(rows: AsyncIterable<MapRow>): AsyncGenerator<MapRow> {
    const old = this.#old();
    let index = 0;
    try {
      for await (const row of rows) {
        const { done, value } = await old.next();
        if (done !== true) this.#see(row, value, index);
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
    const attaches = this.flags.id !== undefined && this.flags.retryFailed !== true;
    return index >= this.#rows || attaches || this.#failed.has(index);
  }

  /** Number of rows in the file that are not ok. */
  get lost(): number {
    return this.#lost;
  }

  /** Of these, the rows that are not asked about. */
  get lostForGood(): number {
    return this.#lostForGood;
  }

  /** What is written in input order, and what is asked about. */
  async *steps(rows: AsyncIterable<MapRow>): AsyncGenerator<Step> {
    const replaces = this.flags.retryFailed === true;
    const old = replaces ? this.#old() : undefined;
    let index = 0;
    try {
      for await (const row of rows) {
        const before = await old?.next();
        if (this.asks(index)) yield { row, isThere: !replaces && index < this.#rows };
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
    const path = replaces ? this.#retryPath : this.#growingPath;
    const { format } = this;
    if (this.#end > 0) await this.#checkHeader(format.header(columns));
    this.#isBare = !replaces && !(await isThere(path));
    this.#target = await open(path, replaces ? 'w' : 'a').catch((error: Error) => {
      throw new InputError(`Expected \`out\` to be a file that can be written, got \`${this.name}\`: ${error.message}`);
    });
    const end = replaces || this.#isBare ? 0 : this.#end;
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
        if (this.#isBare && this.#end > 0)
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
    const file = await open(this.#growingPath, 'r').catch(() => undefined);
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
    this.#target = undefined;
    await file
      .sync()
      .finally(() => file.close())
      .catch(this.#fail);
    if (this.#isBare) return rm(this.#growingPath, { force: true });
    if (this.flags.retryFailed === true) {
      if (!isComplete) return rm(this.#retryPath, { force: true });
      await moveOver(this.#retryPath, this.#growingPath);
    }
    if (!isComplete || this.#growingPath === this.#path) return;
    const whole = wholeFormats.find(({ ending }) => this.name.endsWith(ending));
    await whole?.write(this.#growingPath, this.#path, columns).catch(this.#fail);
    await rm(this.#growingPath, { force: true });
  }

  #see({ key, fields }: MapRow, old: OldRow, index: number): void {
    if (old.key !== key) {
      throw new InputError(
        `Expected \`${this.name}\` to hold the beginning of this table's rows, got \`${rowColumn}\` ${JSON.stringify(old.key)} in row ${index + 1} instead of ${JSON.stringify(key)}.`,
        'Choose another --out, or remove the file.',
      );
    }
    this.#rows = index + 1;
    this.#end = old.end;
    if (old.status === 'ok' && !this.asks(index)) checkSame(this.name, fields, old, index);
    if (old.status === 'ok') return;
    this.#lost += 1;
    if (this.flags.retryFailed === true) this.#failed.add(index);
    if (!this.asks(index)) this.#lostForGood += 1;
  }

  /** The rows that are there, whole. */
  async *#old(): AsyncGenerator<OldRow, void, undefined> {
    if (this.flags.resume !== true && this.flags.retryFailed !== true) return;
    const file = await open(this.#growingPath, 'r').catch(() => undefined);
    if (file !== undefined) {
      try {
        yield* this.format.read(file, this.name);
      } finally {
        await file.close();
      }
    } else if (this.#growingPath !== this.#path && (await isThere(this.#path))) yield* wholeRows(this.name, this.world);
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
