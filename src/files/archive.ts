import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';

import type { Entry, ZipFile } from 'yauzl';

/** Most bytes that the parts of one document may have inflated, all that are read together. A DOCX of a thousand pages has 20 MB. */
const mostInflated = 256 * 1_024 * 1_024;

/** Most entries of an archive. A workbook of a thousand sheets has about five thousand. */
const mostEntries = 100_000;

/**
 * A ZIP archive in memory.
 *
 * Archive-1. What is read together has at most so many bytes inflated, whatever the headers say: yauzl ends an entry that is longer than it
 * declares.
 * Archive-2. What is read is what was written: a part whose checksum is another is refused.
 * Archive-3. Only what is asked for is inflated; pictures are not.
 */
export class Archive {
  #inflated = 0;

  private constructor(
    readonly zip: ZipFile,
    readonly entries: ReadonlyMap<string, Entry>,
    readonly most: number,
  ) {}

  /**
   * @param most bytes that may be inflated; 256 MB
   * @throws Error where it is no whole ZIP archive
   */
  static async open(bytes: Uint8Array, most = mostInflated): Promise<Archive> {
    // Loaded on demand: most files are no archives.
    const { default: yauzl } = await import('yauzl');
    const zip = await yauzl.fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      lazyEntries: true,
    });
    if (zip.entryCount > mostEntries) {
      throw new Error(`Expected an archive of at most ${mostEntries} entries, got ${zip.entryCount}.`);
    }
    const entries = new Map<string, Entry>();
    for await (const entry of zip.eachEntry()) if (!entries.has(entry.fileName)) entries.set(entry.fileName, entry);
    return new Archive(zip, entries, most);
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** The names that a pattern matches, in the order of their numbers: `sheet2` before `sheet10`. */
  named(pattern: RegExp): string[] {
    return [...this.entries.keys()]
      .filter((name) => pattern.test(name))
      .toSorted((left, right) => left.localeCompare(right, 'en', { numeric: true }));
  }

  /**
   * A part of the document.
   *
   * @throws Error where there is none, it is encrypted or damaged, or together with what was read before it is too large
   */
  async read(name: string): Promise<Buffer> {
    const entry = this.entries.get(name);
    if (entry === undefined) throw new Error(`Expected \`${name}\` in the archive, which it has not.`);
    if (entry.isEncrypted()) throw new Error('It is locked with a password.');
    this.#inflated += entry.uncompressedSize;
    if (this.#inflated > this.most) {
      throw new Error(
        `Expected at most ${megabytes(this.most)} when inflated, got at least ${megabytes(this.#inflated)}: it may be a ZIP bomb.`,
      );
    }
    const part = await buffer(await this.zip.openReadStreamPromise(entry)).catch((error: Error) => {
      throw new Error(`Its part \`${name}\` is damaged: ${error.message}`);
    });
    if (crc32(part) !== entry.crc32) throw new Error(`Its part \`${name}\` is damaged: its checksum is another.`);
    return part;
  }

  /** A part, or `undefined` where there is none. */
  async readIfThere(name: string): Promise<Buffer | undefined> {
    return this.has(name) ? this.read(name) : undefined;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(bytes < 10_485_760 ? 1 : 0)} MB`;
}
