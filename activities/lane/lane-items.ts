import { ApplicationFailure } from '@temporalio/common';

import { FanfoldError } from '../../src/contract/errors.js';
import type { Chunk, Item } from '../../src/contract/lanes.js';
import { outcomeOfFailure } from '../../src/contract/outcome.js';
import { describeError } from '../../src/model/call/describe-error.js';
import type { BlobStore } from '../../src/store/blob-store.js';
import type { LaneReporter } from './lane-reporter.js';

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

/**
 * Where the store lacks a chunk, all documents of the lane in it have failed: no other lane would find it, and halving it would only ask
 * more often.
 */
export function reportMissing(
  queuedAtMs: number,
  indices: readonly number[],
  missing: Error,
  reporter: Pick<LaneReporter, 'add'>,
): void {
  const failure = ApplicationFailure.nonRetryable(describeError(missing), 'DocumentMissing');
  for (const index of indices) {
    // The items' own keys are in the chunk.
    reporter.add(outcomeOfFailure({ key: String(index), index, queuedAtMs }, failure, Date.now()));
  }
}
