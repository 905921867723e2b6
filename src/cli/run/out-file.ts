import { open, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';

import { InputError } from '../../contract/errors.js';
import type { Branch } from '../../contract/run.js';
import { replaceBy } from '../../disk/index.js';
import type { World } from '../world.js';
import { isTorn, noRow } from './no-row.js';
import { lockOut } from './out-lock.js';
import { unwritable } from './unwritable.js';

/** A row of `--out`. */
interface Row {
  id: string;
  status: Branch['status'];
  /** The answer, by its name. */
  [answer: string]: unknown;
  error?: Branch['error'];
}

/**
 * A file of JSON Lines with a row for each branch, in input order, appended as branches end.
 *
 * OutFile-1. After a crash the file holds whole rows from the first on, without gaps; who goes on begins behind the last of them.
 * OutFile-2. Rows of another run are not overwritten.
 * OutFile-3. The row of a branch that has failed and was begun anew is put right at the end; until then the file is as it was.
 */
export class OutFile {
  readonly #waiting = new Map<number, Branch>();
  readonly #amended = new Map<number, Branch>();
  #next: number;

  private constructor(
    readonly path: string,
    readonly file: FileHandle,
    rows: number,
    /** Indices of rows that are not ok. */
    readonly failed: Set<number>,
    readonly secrets: World['secrets'],
    /** The name of an answer in its row. */
    readonly answerName: string,
    readonly unlock: () => Promise<void>,
  ) {
    this.#next = rows;
  }

  /**
   * Sees that a file is new, or holds the beginning of these rows; it is not changed.
   *
   * @throws InputError when there is something else in it
   */
  static async check(name: string, expected: AsyncIterable<string>, world: World): Promise<void> {
    const file = await open(resolve(world.cwd, name), 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new InputError(`Expected \`out\` to be a file that can be read, got \`${name}\`: ${error.message}`);
    });
    if (file === undefined) return;
    try {
      await checkRows(linesOf(file, name), expected, name);
    } finally {
      await file.close();
    }
  }

  /**
   * Opens it, and takes up where it ends.
   *
   * @param expected ids in input order
   * @param answerName what an answer is called in its row
   * @throws InputError when there is something else in it
   */
  static async open(
    name: string,
    expected: AsyncIterable<string>,
    world: World,
    answerName = 'summary',
  ): Promise<OutFile> {
    const path = resolve(world.cwd, name);
    const unlock = await lockOut(path, name);
    const file = await open(path, 'a+').catch(async (error: Error) => {
      await unlock();
      throw new InputError(`Expected \`out\` to be a file that can be written, got \`${name}\`: ${error.message}`);
    });
    try {
      const { rows, bytes, failed } = await checkRows(linesOf(file, name), expected, name);
      await truncate(path, bytes);
      return new OutFile(path, file, rows, failed, world.secrets, answerName, unlock);
    } catch (error) {
      await file.close();
      await unlock();
      throw error;
    }
  }

  /** How many rows it has. */
  get rows(): number {
    return this.#next;
  }

  /** Takes a branch, and writes what is next in input order. */
  async add(branch: Branch): Promise<void> {
    if (branch.index < this.#next) {
      if (branch.status === 'ok' && this.failed.delete(branch.index)) this.#amended.set(branch.index, branch);
      return;
    }
    this.#waiting.set(branch.index, branch);
    let rows = '';
    for (let next = this.#waiting.get(this.#next); next !== undefined; next = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next);
      if (next.status !== 'ok') this.failed.add(this.#next);
      this.#next += 1;
      rows += this.#lineOf(next);
    }
    if (rows !== '') await this.file.appendFile(rows).catch(unwritable(this.path, 'the same command'));
  }

  async close(): Promise<void> {
    try {
      if (this.#amended.size > 0) await this.#putRight();
      await this.file.sync();
    } finally {
      await this.file.close().finally(() => this.unlock());
    }
  }

  #lineOf(branch: Branch): string {
    return `${JSON.stringify(rowOf(this.secrets?.value(branch) ?? branch, this.answerName))}\n`;
  }

  /** Writes the file anew beside itself, with the rows of branches that were begun anew. A reader sees the one or the other, whole. */
  #putRight(): Promise<void> {
    return replaceBy(this.path, (draft) => this.#amend(draft), { sync: true, isChosen: true });
  }

  async #amend(draft: string): Promise<void> {
    const file = await open(draft, 'w');
    try {
      let lines: string[] = [];
      let index = 0;
      for await (const line of linesOf(this.file, this.path)) {
        if ('cut' in line) break;
        const amended = this.#amended.get(index);
        lines.push(amended === undefined ? `${JSON.stringify(line.row)}\n` : this.#lineOf(amended));
        index += 1;
        if (lines.length < rowsAtOnce) continue;
        await file.appendFile(lines.join(''));
        lines = [];
      }
      await file.appendFile(lines.join(''));
    } finally {
      await file.close();
    }
  }
}

/** Rows that are written in one go when the file is put right. */
const rowsAtOnce = 1_000;

function rowOf({ key, status, output, error }: Branch, answerName: string): Row {
  return { id: key, status, ...(output !== undefined && { [answerName]: output }), ...(error && { error }) };
}

/** A line of the file: a row with the byte behind it, or what a row could be that is cut. */
type Line = { row: Partial<Row> | null; end: number } | { cut: string };

/**
 * All lines, one by one. Each is read to its end: the stream would take the file with it where one left off before.
 *
 * @throws InputError where one that has its line break is no row
 */
async function* linesOf(file: FileHandle, name: string): AsyncGenerator<Line> {
  let begun: Buffer[] = [];
  let end = 0;
  let number = 0;
  for await (const chunk of file.createReadStream({ start: 0, autoClose: false })) {
    let rest = chunk as Buffer;
    for (let at = rest.indexOf(10); at !== -1; at = rest.indexOf(10)) {
      const line = Buffer.concat([...begun, rest.subarray(0, at + 1)]);
      begun = [];
      rest = rest.subarray(at + 1);
      end += line.length;
      number += 1;
      yield { row: parsed(line.toString(), name, number), end };
    }
    if (rest.length > 0) begun.push(rest);
  }
  if (begun.length > 0) yield { cut: Buffer.concat(begun).toString() };
}

function parsed(line: string, name: string, number: number): Row | null {
  try {
    return JSON.parse(line) as Row | null;
  } catch {
    throw noRow(name, number, line);
  }
}

/** How many rows there are, of so many bytes, once each is seen to be of this run. */
async function checkRows(
  found: ReturnType<typeof linesOf>,
  expected: AsyncIterable<string>,
  name: string,
): Promise<{ rows: number; bytes: number; failed: Set<number> }> {
  const failed = new Set<number>();
  let rows = 0;
  let bytes = 0;
  const ids = expected[Symbol.asyncIterator]();
  try {
    for await (const line of found) {
      const { done, value: id } = (await ids.next()) as IteratorResult<string, undefined>;
      if ('cut' in line) {
        if (isTorn(line.cut, `{"id":${done === true ? '"' : JSON.stringify(id)}`)) break;
        throw noRow(name, rows + 1, line.cut);
      }
      const { row, end } = line;
      if (done !== true && row?.id !== id) {
        throw new InputError(
          `Expected \`${name}\` to be new or to hold the beginning of this run's rows, got ${JSON.stringify(row?.id)} in line ${rows + 1} instead of ${JSON.stringify(id)}.`,
          'Choose another --out, or remove the file.',
        );
      }
      if (row?.status !== 'ok') failed.add(rows);
      rows += 1;
      bytes = end;
    }
  } finally {
    await ids.return?.();
  }
  return { rows, bytes, failed };
}
