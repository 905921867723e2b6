import type { BatchCreateParams, MessageBatchResult } from '@anthropic-ai/sdk/resources/messages';

/** What became of one request. */
export interface Settled {
  type: MessageBatchResult['type'];
  /** Made only when the results are read: a batch may have 100,000 answers. */
  result(): MessageBatchResult;
}

/** A request of a batch, as the API takes it. */
export type BatchRequest = BatchCreateParams.Request;
