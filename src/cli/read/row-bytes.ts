import { createReadStream, createWriteStream, open } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';

import { InputError } from '../../contract/errors.js';
import type { World } from '../world.js';

/**
 * The bytes of a file, or of standard input for `-`, from the first on as often as they are asked for; what is gzip is inflated.
 *
 * RowBytes-1. What can be read once only (standard input, a pipe) is kept in a file without a name, not in memory; it goes with the process.
 */
export class RowBytes {
  /** Of what can be read once only; a number, since Node closes handles that nobody refers to. */
  #kept: Promise<number> | undefined;

  constructor(
    readonly path: string,
    readonly world: World,
  ) {}

  /** What to call it. */
  get title(): string {
    return this.path === '-' ? 'standard input' : this.path;
  }

  /** @throws InputError where it cannot be read, or is damaged gzip */
  async *all(): AsyncGenerator<Buffer> {
    const chunks = this.#open();
    try {
      yield* inflated(chunks);
    } catch (error) {
      throw unreadable(error, this.path);
    }
  }

  async *#open(): AsyncGenerator<Buffer> {
    const isRegular = this.path !== '-' && (await stat(this.#resolved)).isFile();
    const fd = isRegular ? undefined : await (this.#kept ??= this.#keep());
    const stream =
      fd === undefined ? createReadStream(this.#resolved) : createReadStream('', { fd, start: 0, autoClose: false });
    for await (const chunk of stream) yield chunk as Buffer;
  }

  async #keep(): Promise<number> {
    if (this.path === '-' && this.world.stdin.isTTY) {
      throw new InputError('Expected rows on standard input, got a terminal.', 'Pipe them in, or name a file.');
    }
    const once = this.path === '-' ? this.world.stdin : createReadStream(this.#resolved);
    const directory = await mkdtemp(join(tmpdir(), 'fanfold-rows-'));
    try {
      const file = join(directory, 'rows');
      await pipeline(once, createWriteStream(file, { mode: 0o600 }));
      return await promisify(open)(file, 'r');
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  get #resolved(): string {
    return resolve(this.world.cwd, this.path);
  }
}

/** What is wrong with a file or with standard input, with its name. */
export function unreadable(error: unknown, title: string): InputError {
  if (error instanceof InputError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new InputError(`Expected a file, got \`${title}\`, which does not exist.`);
  if (!code.startsWith('Z_')) return new InputError(`Expected a readable file, got \`${title}\`: ${message}`);
  const got = code === 'Z_BUF_ERROR' ? 'one that breaks off' : `damage: ${message}`;
  return new InputError(`Expected \`${title}\` to be whole gzip, got ${got}.`, 'Fetch it, or export it, anew.');
}

/** The same bytes, inflated where they begin with the two of gzip (RFC 1952). */
export async function* inflated(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let start = Buffer.alloc(0);
  while (start.length < 2) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    start = Buffer.concat([start, value]);
  }
  const whole = Readable.from(from(start, chunks));
  if (start[0] !== 0x1f || start[1] !== 0x8b) {
    for await (const chunk of whole) yield chunk as Buffer;
    return;
  }
  const gunzip = createGunzip();
  // What fails on either side comes out of the loop below.
  const piped = pipeline(whole, gunzip).catch(() => {});
  for await (const chunk of gunzip) yield chunk as Buffer;
  await piped;
}

async function* from(start: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (start.length > 0) yield start;
  yield* rest;
}
