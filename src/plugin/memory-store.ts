import { createHash } from 'node:crypto';

import { FanfoldError } from '../contract/errors.js';

/** A store in memory, for tests. */
export class MemoryStore {
  readonly #texts = new Map<string, string>();

  async putText(text: string): Promise<{ sha256: string; bytes: number }> {
    const sha256 = createHash('sha256').update(text).digest('hex');
    this.#texts.set(sha256, text);
    return { sha256, bytes: Buffer.byteLength(text) };
  }

  /** @throws FanfoldError `DocumentMissing` */
  async readBytes(blob: { sha256: string }): Promise<Buffer> {
    return Buffer.from(await this.readText(blob));
  }

  /** @throws FanfoldError `DocumentMissing` */
  async readText({ sha256 }: { sha256: string }): Promise<string> {
    const text = this.#texts.get(sha256);
    if (text !== undefined) return text;
    throw new FanfoldError('DocumentMissing', `The text ${sha256} was not put into this test's store.`);
  }
}
