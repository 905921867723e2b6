import { createHash, createHmac } from 'node:crypto';

import { FanfoldError } from '../contract/errors.js';
import { openSealed, readKeyring, seal, Unreadable } from '../encryption/index.js';
import type { Keyring, SealingKey } from '../encryption/index.js';
import type { BlobPlace, StoreStats } from './blob-place.js';
import { DirectoryPlace } from './directory-place.js';
import { openPlace, placeKind } from './open-place.js';

export type { StoreStats } from './blob-place.js';

/** A reference to a stored text: the SHA-256 of its UTF-8 bytes, in hexadecimal, and their number. */
export interface BlobReference {
  sha256: string;
  bytes: number;
}

/**
 * The store of texts too large for history, and of files. Each has the name of its content: a file under `blobs/` in a folder, a row of a
 * PostgreSQL database, or an object of an S3 bucket.
 *
 * BlobStore-1. What has its final name is whole, and survives a crash of the machine: a file is written under another name, synced, then
 *     renamed; a row and an object are there at once.
 * BlobStore-2. Reading returns the text that was put, or an error: the hash is checked on every read.
 * BlobStore-3. The same text put twice, by any number of processes, is there once.
 * BlobStore-4. With a key it is encrypted (AES-256-GCM), and its name does not help to guess its content. Texts that were put
 *     with an older key, or without one, are read as well.
 * BlobStore-5. A text that is put again counts as new, so that nothing is removed that a run has just been given.
 */
export class BlobStore {
  readonly #where: string;
  readonly #keyring: Keyring | undefined;
  #place: BlobPlace | Promise<BlobPlace> | undefined;

  /**
   * @param home a folder; or `postgres://…`, or `s3://bucket/prefix`, which are opened when they are first used
   * @param encryptionKey as `FANFOLD_ENCRYPTION_KEY` has it; without one texts are stored as they are
   * @throws InputError for a place that is none of these, or a key that cannot be read
   */
  constructor(home: string, encryptionKey?: string) {
    this.#where = home;
    if (placeKind(home) === 'directory') this.#place = new DirectoryPlace(home);
    this.#keyring = encryptionKey ? readKeyring(encryptionKey, 'store') : undefined;
  }

  /** Stores a text; when this returns, it survives a crash of the machine. */
  async putText(text: string): Promise<BlobReference> {
    return this.putBytes(Buffer.from(text));
  }

  /** Stores the bytes of a file, as `putText` does a text. */
  async putBytes(bytes: Buffer): Promise<BlobReference> {
    const reference = { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
    const key = this.#keyring?.first;
    const content = key === undefined ? bytes : seal(bytes, boundTo(reference), key);
    await (await this.#opened()).put(nameOf(reference, key), content);
    return reference;
  }

  /**
   * The text that was put.
   *
   * @throws FanfoldError `DocumentMissing` when it is not here, is not what was put, or cannot be read without its key
   * @throws UnavailableError `StoreUnusable` where a database or a bucket cannot be used
   */
  async readText(reference: BlobReference): Promise<string> {
    return (await this.readBytes(reference)).toString();
  }

  /**
   * The bytes that were put.
   *
   * @throws as `readText`
   */
  async readBytes(reference: BlobReference): Promise<Buffer> {
    const bytes = await this.#read(reference);
    const found = createHash('sha256').update(bytes).digest('hex');
    if (found !== reference.sha256) throw missing(reference, 'was damaged: its bytes no longer have that hash');
    return bytes;
  }

  /** The number of texts, their bytes, and the time of the one that was put longest ago (milliseconds since the epoch). */
  async stats(): Promise<StoreStats> {
    return (await this.#opened()).older(Infinity);
  }

  /**
   * Removes texts that nobody has put again since.
   *
   * @param beforeMs milliseconds since the epoch: a run that began later than this, and what it was given, is left alone
   * @returns what was removed; with `dryRun` what would be
   */
  async prune(beforeMs: number, { dryRun = false } = {}): Promise<StoreStats> {
    const place = await this.#opened();
    return dryRun ? place.older(beforeMs) : place.prune(beforeMs);
  }

  /**
   * Whether tidying is due: no process that shares the store has asked this for so many milliseconds. Going through the whole
   * store is too much for everybody who starts.
   */
  async isTidyingDue(everyMs: number): Promise<boolean> {
    return (await this.#opened()).isTidyingDue(everyMs);
  }

  /** Ends its connections, where it has some. They keep no process alive. */
  async close(): Promise<void> {
    if (this.#place !== undefined) await (await this.#place).close?.();
  }

  async #opened(): Promise<BlobPlace> {
    // What could not be opened is tried again the next time.
    this.#place ??= openPlace(this.#where).catch((error: unknown) => {
      this.#place = undefined;
      throw error;
    });
    return this.#place;
  }

  async #read(reference: BlobReference): Promise<Buffer> {
    const place = await this.#opened();
    for (const key of [...(this.#keyring?.byId.values() ?? []), undefined]) {
      const content = await place.read(nameOf(reference, key)).catch((error: Error) => {
        if (error instanceof FanfoldError) throw error;
        throw missing(reference, `cannot be read: ${error.message}`);
      });
      if (content === undefined) continue;
      return key === undefined ? content : this.#unsealed(reference, content);
    }
    const which = this.#keyring === undefined ? 'a key, and none is given' : 'none of the keys given';
    throw missing(reference, `is not in ${place.title}, or was encrypted with ${which}`);
  }

  #unsealed(reference: BlobReference, content: Buffer): Buffer {
    try {
      return openSealed(content, boundTo(reference), this.#keyring);
    } catch (error) {
      if (error instanceof Unreadable) throw missing(reference, error.message);
      throw error;
    }
  }
}

function nameOf({ sha256 }: BlobReference, key: SealingKey | undefined): string {
  // A reference comes out of history; nothing but a hash may become part of a path.
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new FanfoldError('DocumentMissing', `Expected a SHA-256 in hexadecimal, got ${JSON.stringify(sha256)}.`);
  }
  return key === undefined ? sha256 : createHmac('sha256', key.secret).update(sha256).digest('hex');
}

function boundTo({ sha256 }: BlobReference): Buffer {
  return Buffer.from(sha256, 'hex');
}

function missing({ sha256, bytes }: BlobReference, how: string): FanfoldError {
  return new FanfoldError(
    'DocumentMissing',
    `The stored text ${sha256.slice(0, 12)}… (${bytes} bytes) ${how}.`,
    'Large texts stay in the FANFOLD_HOME or FANFOLD_STORE of the command that stored them: use the same one, or start a new run.',
  );
}
