import type { MessageBatch, MessageBatchRequestCounts } from '@anthropic-ai/sdk/resources/messages/batches';
import type { BatchRequest, Settled } from './settled.js';

const dayMs = 86_400_000;
const results = ['succeeded', 'errored', 'canceled', 'expired'] as const;

/**
 * One Message Batch. Nothing happens to it by itself: what has become of it is worked out whenever somebody looks.
 *
 * Batch-1. Every request is settled exactly once, at the end of the batch.
 * Batch-2. A cancelled batch keeps what was processed by then, in proportion to the time that had passed.
 */
export class Batch {
  readonly createdAt: number;
  #endsAt: number;
  #cancelledAt: number | undefined;
  #settled: Settled[] | undefined;

  constructor(
    readonly id: string,
    readonly requests: readonly BatchRequest[],
    readonly processingMs: number,
    readonly settle: (request: BatchRequest, cancelled: boolean) => Settled,
    readonly now: () => number,
  ) {
    this.createdAt = now();
    this.#endsAt = this.createdAt + processingMs;
  }

  get ended(): boolean {
    return this.now() >= this.#endsAt;
  }

  cancel(): void {
    if (this.ended || this.#cancelledAt !== undefined) return;
    this.#cancelledAt = this.now();
    // Cancelling takes its time as well: a tenth of the processing.
    this.#endsAt = Math.min(this.#endsAt, this.#cancelledAt + this.processingMs / 10);
  }

  /** What became of the requests, once the batch has ended. */
  outcomes(): readonly Settled[] {
    const share = this.#cancelledAt === undefined ? 1 : (this.#cancelledAt - this.createdAt) / this.processingMs;
    const processed = Math.floor(this.requests.length * share);
    this.#settled ??= this.requests.map((request, index) => this.settle(request, index >= processed));
    return this.#settled;
  }

  /** @param origin where the results can be had, as the client reaches this server */
  describe(origin: string): MessageBatch {
    const { ended } = this;
    return {
      id: this.id,
      type: 'message_batch',
      processing_status: ended ? 'ended' : this.#cancelledAt === undefined ? 'in_progress' : 'canceling',
      request_counts: this.#counts(ended),
      created_at: rfc3339(this.createdAt),
      expires_at: rfc3339(this.createdAt + dayMs),
      ended_at: ended ? rfc3339(this.#endsAt) : null,
      cancel_initiated_at: this.#cancelledAt === undefined ? null : rfc3339(this.#cancelledAt),
      archived_at: null,
      results_url: ended ? `${origin}/v1/messages/batches/${this.id}/results` : null,
    };
  }

  #counts(ended: boolean): MessageBatchRequestCounts {
    const outcomes = ended ? this.outcomes() : [];
    const counts = results.map((type) => [type, outcomes.filter((outcome) => outcome.type === type).length]);
    return { processing: ended ? 0 : this.requests.length, ...Object.fromEntries(counts) } as MessageBatchRequestCounts;
  }
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}
