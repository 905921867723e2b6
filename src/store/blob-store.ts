import { createHash, createHmac, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { FanfoldError } from '../contract/errors.js';
import { openSealed, readKeyring, seal, Unreadable } from '../encryption/index.js';
import type { Keyring, SealingKey } from '../encryption/index.js';

/** A reference to a stored text: the SHA-256 of its UTF-8 bytes, in hexadecimal, and their number. */
export interface BlobReference {
  sha256: string;
  bytes: number;
}

/** How much the store holds; the time is in milliseconds since the epoch, `null` where it is empty. */
export interface StoreStats {
  texts: number;
  bytes: number;
  oldestAtMs: number | null;
}

/**
 * The store of texts too large for history, and of files. Each is a file under `blobs/` in the home, named after its content.
 *
 * BlobStore-1. A file with its final name is whole: it is written under another name, synced, then renamed.
 * BlobStore-2. Reading returns the text that was put, or an error: the hash is checked on every read.
 * BlobStore-3. The same text put twice, by any number of processes, is one file.
 * BlobStore-4. With a key a file is encrypted (AES-256-GCM), and its name does not help to guess its content. Texts that were put
 *     with an older key, or without one, are read as well.
 * BlobStore-5. A text that is put again counts as new, so that nothing is removed that a run has just been given.
 */
export class BlobStore {
  readonly #directory: string;
  readonly #keyring: Keyring | undefined;

  /**
   * @param encryptionKey as `FANFOLD_ENCRYPTION_KEY` has it; without one texts are stored as they are
   * @throws InputError for a key that cannot be read
   */
  constructor(home: string, encryptionKey?: string) {
    this.#directory = join(home, 'blobs');
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
    const path = this.#path(reference, key);
    const content = key === undefined ? bytes : seal(bytes, boundTo(reference), key);
    if (await renewed(path, content.length)) return reference;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    try {
      await writeSynced(draft, content);
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
   * @throws FanfoldError `DocumentMissing` when it is not here, is not what was put, or cannot be read without its key
   */
  async readText(reference: BlobReference): Promise<string> {
    return (await this.readBytes(reference)).toString();
  }

  /**
   * The bytes that were put.
   *
   * @throws FanfoldError `DocumentMissing`, as `readText`
   */
  async readBytes(reference: BlobReference): Promise<Buffer> {
    const bytes = await this.#read(reference);
    const found = createHash('sha256').update(bytes).digest('hex');
    if (found !== reference.sha256) throw missing(reference, 'was damaged: its bytes no longer have that hash');
    return bytes;
  }

  /** The number of texts, their bytes, and the time of the one that was put longest ago (milliseconds since the epoch). */
  async stats(): Promise<StoreStats> {
    return this.#older(Infinity);
  }

  /**
   * Removes texts that nobody has put again since.
   *
   * @param beforeMs milliseconds since the epoch: a run that began later than this, and what it was given, is left alone
   * @returns what was removed; with `dryRun` what would be
   */
  async prune(beforeMs: number, { dryRun = false } = {}): Promise<StoreStats> {
    return this.#older(beforeMs, async (path) => {
      if (dryRun) return true;
      // The file is moved away first: another process may be putting it again at this moment.
      const aside = `${path}.${randomBytes(6).toString('hex')}`;
      const moved = await rename(path, aside).then(
        () => true,
        () => false,
      );
      if (!moved) return false;
      const { mtimeMs } = await stat(aside);
      if (mtimeMs >= beforeMs) {
        await rename(aside, path);
        return false;
      }
      await rm(aside, { force: true });
      return true;
    });
  }

  /**
   * Whether tidying is due: no process that shares the store has asked this for so many milliseconds. Going through the whole
   * store is too much for everybody who starts.
   */
  async isTidyingDue(everyMs: number): Promise<boolean> {
    const mark = `${this.#directory}.tidied`;
    const [there, last] = await Promise.all(
      [stat(this.#directory), stat(mark)].map((found) => found.catch(() => undefined)),
    );
    if (there === undefined || (last !== undefined && Date.now() - last.mtimeMs < everyMs)) return false;
    await writeFile(mark, '', { mode: 0o600 });
    return true;
  }

  async #older(beforeMs: number, visit: (path: string) => Promise<boolean> = async () => true): Promise<StoreStats> {
    const found: StoreStats = { texts: 0, bytes: 0, oldestAtMs: null };
    const entries = await readdir(this.#directory, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const file = await stat(path).catch(() => undefined);
      if (file === undefined || file.mtimeMs >= beforeMs || !(await visit(path))) continue;
      found.texts += 1;
      found.bytes += file.size;
      found.oldestAtMs = Math.min(found.oldestAtMs ?? Infinity, file.mtimeMs);
    }
    return found;
  }

  async #read(reference: BlobReference): Promise<Buffer> {
    for (const key of [...(this.#keyring?.byId.values() ?? []), undefined]) {
      const content = await readFile(this.#path(reference, key)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw missing(reference, `cannot be read: ${error.message}`);
      });
      if (content === undefined) continue;
      return key === undefined ? content : this.#opened(reference, content);
    }
    const which = this.#keyring === undefined ? 'a key, and none is given' : 'none of the keys given';
    throw missing(reference, `is not in this home, or was encrypted with ${which}`);
  }

  #opened(reference: BlobReference, content: Buffer): Buffer {
    try {
      return openSealed(content, boundTo(reference), this.#keyring);
    } catch (error) {
      if (error instanceof Unreadable) throw missing(reference, error.message);
      throw error;
    }
  }

  #path({ sha256 }: BlobReference, key: SealingKey | undefined): string {
    // A reference comes out of history; nothing but a hash may become part of a path.
    if (!/^[0-9a-f]{64}$/.test(sha256)) {
      throw new FanfoldError('DocumentMissing', `Expected a SHA-256 in hexadecimal, got ${JSON.stringify(sha256)}.`);
    }
    const name = key === undefined ? sha256 : createHmac('sha256', key.secret).update(sha256).digest('hex');
    return join(this.#directory, name.slice(0, 2), name);
  }
}

function boundTo({ sha256 }: BlobReference): Buffer {
  return Buffer.from(sha256, 'hex');
}

function missing({ sha256, bytes }: BlobReference, how: string): FanfoldError {
  return new FanfoldError(
    'DocumentMissing',
    `The stored text ${sha256.slice(0, 12)}… (${bytes} bytes) ${how}.`,
    'Large texts stay in the FANFOLD_HOME of the command that stored them: use the same one, or start a new run.',
  );
}

/** Whether the file is there already. It counts as new from now on. */
async function renewed(path: string, bytes: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found?.size !== bytes) return false;
  const now = new Date();
  return utimes(path, now, now).then(
    () => true,
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

// Without the sync the rename itself may be lost; not every system can sync a directory.
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined);
  await directory?.sync().catch(() => undefined);
  await directory?.close();
}
