import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { FanfoldError } from '../contract/errors.js';

/** Where a stored text is: the SHA-256 of its UTF-8 bytes, in hexadecimal, and their number. */
export interface BlobReference {
  sha256: string;
  bytes: number;
}

/**
 * Texts too large for history, in files named after what they hold, under `blobs/` in the home.
 *
 * B1. A file that has its final name is whole: it is written under another name, synced, then renamed.
 * B2. What is read is what was put, or an error: the hash is checked on every read.
 * B3. The same text put twice, by any number of processes, is one file.
 */
export class BlobStore {
  readonly #directory: string;

  constructor(home: string) {
    this.#directory = join(home, 'blobs');
  }

  /** Stores a text; when this returns, it survives a crash of the machine. */
  async putText(text: string): Promise<BlobReference> {
    const bytes = Buffer.from(text);
    const reference = { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
    const path = this.#path(reference);
    if (await hasSize(path, bytes.length)) return reference;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    try {
      await writeSynced(draft, bytes);
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    await syncDirectory(dirname(path));
    return reference;
  }

  /**
   * The text that was put.
   *
   * @throws FanfoldError `DocumentMissing` when it is not here, or is not what was put
   */
  async readText(reference: BlobReference): Promise<string> {
    const bytes = await readFile(this.#path(reference)).catch((error: NodeJS.ErrnoException) => {
      throw missing(reference, error.code === 'ENOENT' ? 'is not in this home' : `cannot be read: ${error.message}`);
    });
    const found = createHash('sha256').update(bytes).digest('hex');
    if (found !== reference.sha256) throw missing(reference, 'was damaged: its bytes no longer have that hash');
    return bytes.toString();
  }

  #path({ sha256 }: BlobReference): string {
    // A reference comes out of history; nothing but a hash may become part of a path.
    if (!/^[0-9a-f]{64}$/.test(sha256)) {
      throw new FanfoldError('DocumentMissing', `Expected a SHA-256 in hexadecimal, got ${JSON.stringify(sha256)}.`);
    }
    return join(this.#directory, sha256.slice(0, 2), sha256);
  }
}

function missing({ sha256, bytes }: BlobReference, how: string): FanfoldError {
  return new FanfoldError(
    'DocumentMissing',
    `The stored text ${sha256.slice(0, 12)}… (${bytes} bytes) ${how}.`,
    'Large texts stay in the FANFOLD_HOME of the command that stored them: use the same one, or start a new run.',
  );
}

async function hasSize(path: string, bytes: number): Promise<boolean> {
  return stat(path).then(
    (found) => found.size === bytes,
    () => false,
  );
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

// Without it the rename itself may be lost; not every system can sync a directory.
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined);
  await directory?.sync().catch(() => undefined);
  await directory?.close();
}
