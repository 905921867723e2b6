import { createHash } from 'node:crypto';

import { InputError } from '../../contract/errors.js';
import type { Extent, FileContent, FileMediaType, StoredFile } from '../../contract/document.js';
import type { BlobStore } from '../../store/blob-store.js';

/** A PDF or an image that is to be sent as it is: what a plan needs to know of it, and a way to its bytes. */
export class LocalFile implements StoredFile {
  readonly sha256: string;
  readonly bytes: number;

  /**
   * @param content as it was read; it is not kept
   * @param again reads it once more: a hundred thousand scans do not fit into memory
   */
  constructor(
    content: Uint8Array,
    readonly mediaType: FileMediaType,
    readonly name: string,
    readonly extent: Extent,
    readonly again: () => Promise<Uint8Array>,
  ) {
    this.sha256 = digestOf(content);
    this.bytes = content.length;
  }

  /** @throws InputError where it is no longer what it was */
  async content(): Promise<FileContent> {
    return { ...this.reference, base64: (await this.#read()).toString('base64') };
  }

  /**
   * Puts the bytes into the store.
   *
   * @throws InputError where they are no longer what they were
   */
  async place(store: Pick<BlobStore, 'putBytes'>): Promise<StoredFile> {
    await store.putBytes(await this.#read());
    return this.reference;
  }

  get reference(): StoredFile {
    const { sha256, bytes, mediaType, name, extent } = this;
    return { sha256, bytes, mediaType, name, extent };
  }

  async #read(): Promise<Buffer> {
    const bytes = Buffer.from(await this.again());
    if (digestOf(bytes) === this.sha256) return bytes;
    throw new InputError(
      `Expected \`${this.name}\` to stay as it was when it was read, got other content.`,
      'Start again when nobody is writing to it.',
    );
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
