import { ApiFailure, invalidRequest } from '../http/api-failure.js';
import { Batch } from './batch.js';
import type { BatchRequest, Settled } from './settled.js';

export interface BatchPage {
  batches: Batch[];
  hasMore: boolean;
}

/** All batches of a server, the newest first. */
export class BatchStore {
  readonly batches: Batch[] = [];
  #created = 0;

  /** @param processingMs from the creation of a batch to its end */
  constructor(
    readonly processingMs: number,
    readonly settle: (request: BatchRequest, batchId: string, cancelled: boolean) => Settled,
    readonly now: () => number,
  ) {}

  create(requests: readonly BatchRequest[]): Batch {
    this.#created += 1;
    const id = `msgbatch_offline_${this.#created}`;
    const batch = new Batch(
      id,
      requests,
      this.processingMs,
      (request, cancelled) => this.settle(request, id, cancelled),
      this.now,
    );
    this.batches.unshift(batch);
    return batch;
  }

  /** @throws ApiFailure 404 */
  find(id: string): Batch {
    const batch = this.batches.find((each) => each.id === id);
    if (!batch) throw new ApiFailure(404, 'not_found_error', `Message batch not found: ${id.slice(0, 128)}`);
    return batch;
  }

  /** @throws ApiFailure 404, or 400 while the batch is being processed */
  delete(id: string): void {
    const batch = this.find(id);
    if (!batch.ended) throw invalidRequest('A batch that is still being processed cannot be deleted. Cancel it first.');
    this.batches.splice(this.batches.indexOf(batch), 1);
  }

  /** A page after or before a batch, newest first. */
  page(limit: number, afterId: string | null, beforeId: string | null): BatchPage {
    const from = afterId === null ? 0 : this.batches.findIndex(({ id }) => id === afterId) + 1;
    const before = beforeId === null ? -1 : this.batches.findIndex(({ id }) => id === beforeId);
    if (before >= 0)
      return { batches: this.batches.slice(Math.max(0, before - limit), before), hasMore: before > limit };
    return { batches: this.batches.slice(from, from + limit), hasMore: this.batches.length > from + limit };
  }
}
