import { open, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';

import { InputError } from '../../contract/errors.js';
import type { Branch } from '../../contract/run.js';
import type { World } from '../world.js';

/** A row of `--out`. */
interface Row {
  id: string;
  status: Branch['status'];
  summary?: unknown;
  error?: Branch['error'];
}

/**
 * A file of JSON Lines with a row for each branch, in input order, appended as branches end.
 *
 * OutFile-1. After a crash the file holds whole rows from the first on, without gaps. A later run goes on behind the last of
 *     them.
 * OutFile-2. Rows of another run are not overwritten.
 */
export class OutFile {
  readonly #waiting = new Map<number, Branch>();
  #next: number;

  private constructor(
    readonly file: FileHandle,
    rows: number,
    readonly secrets: World['secrets'],
  ) {
    this.#next = rows;
  }

  /**
   * Opens the file, and goes on where it ends.
   *
   * @param expected ids in input order
   * @throws InputError when there is something else in it
   */
  static async open(name: string, expected: AsyncIterable<string>, world: World): Promise<OutFile> {
    const path = resolve(world.cwd, name);
    const file = await open(path, 'a+').catch((error: Error) => {
      throw new InputError(`Expected \`out\` to be a file that can be written, got \`${name}\`: ${error.message}`);
    });
    try {
      const { rows, bytes } = wholeRows((await file.readFile()).toString());
      await checkRows(rows, expected, name);
      await truncate(path, bytes);
      return new OutFile(file, rows.length, world.secrets);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Takes a branch, and writes what is next in input order. */
  async add(branch: Branch): Promise<void> {
    if (branch.index < this.#next) return;
    this.#waiting.set(branch.index, branch);
    let rows = '';
    for (let next = this.#waiting.get(this.#next); next !== undefined; next = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next);
      this.#next += 1;
      rows += `${JSON.stringify(rowOf(this.secrets?.value(next) ?? next))}\n`;
    }
    if (rows !== '') await this.file.appendFile(rows);
  }

  async close(): Promise<void> {
    await this.file.sync();
    await this.file.close();
  }
}

function rowOf({ key, status, output, error }: Branch): Row {
  return { id: key, status, ...(output !== undefined && { summary: output }), ...(error !== undefined && { error }) };
}

/** The rows before the first that is cut or is no row, and how many bytes they take. */
function wholeRows(text: string): { rows: Row[]; bytes: number } {
  const rows: Row[] = [];
  let bytes = 0;
  for (const line of text.split(/(?<=\n)/)) {
    if (!line.endsWith('\n')) break;
    try {
      rows.push(JSON.parse(line) as Row);
    } catch {
      break;
    }
    bytes += Buffer.byteLength(line);
  }
  return { rows, bytes };
}

async function checkRows(rows: readonly Row[], expected: AsyncIterable<string>, name: string): Promise<void> {
  if (rows.length === 0) return;
  let index = 0;
  for await (const id of expected) {
    const row = rows[index];
    if (row === undefined) return;
    if (row?.id !== id) {
      throw new InputError(
        `Expected \`${name}\` to be new or to hold the beginning of this run's rows, got ${JSON.stringify(row?.id)} in line ${index + 1} instead of ${JSON.stringify(id)}.`,
        'Choose another --out, or remove the file.',
      );
    }
    index += 1;
  }
}
