import { FanfoldError } from '../../src/contract/errors.js';
import type { Chunk, Item } from '../../src/contract/lanes.js';
import type { BlobStore } from '../../src/store/blob-store.js';

/** The documents of a chunk, or why the store lacks them. */
export type ChunkItems = readonly Item[] | { missing: FanfoldError };

/** The documents of chunks that lanes of this process are at. Several lanes may carry parts of one chunk; it is read once. */
export class LaneItems {
  readonly #open = new Map<string, { items: Promise<ChunkItems>; lanes: number }>();

  constructor(readonly store: Pick<BlobStore, 'readText'>) {}

  /** Reads a chunk, if no lane has it. `close` is to be called once. */
  open(chunk: Chunk): { items: Promise<ChunkItems>; close: () => void } {
    const open = this.#open.get(chunk.sha256) ?? { items: this.#read(chunk), lanes: 0 };
    this.#open.set(chunk.sha256, open);
    open.lanes += 1;
    return {
      items: open.items,
      close: () => {
        open.lanes -= 1;
        if (open.lanes === 0) this.#open.delete(chunk.sha256);
      },
    };
  }

  async #read(chunk: Chunk): Promise<ChunkItems> {
    try {
      return JSON.parse(await this.store.readText(chunk)) as Item[];
    } catch (error) {
      if (error instanceof FanfoldError && error.type === 'DocumentMissing') return { missing: error };
      throw error;
    }
  }
}
