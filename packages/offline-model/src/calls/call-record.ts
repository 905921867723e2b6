import type { MessageCreateParams, StopReason, Usage } from '@anthropic-ai/sdk/resources/messages';
import type { FaultKind } from '../faults/fault.js';

/** One request to `POST /v1/messages`, refused ones included. */
export interface CallRecord {
  /** From 1, in order of arrival. */
  readonly sequence: number;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** When the last byte was sent or the connection was lost; `null` while the call is in flight. */
  readonly finishedAt: number | null;
  /** HTTP status sent; `null` while there is none, and where the connection ended without one. */
  readonly status: number | null;
  /** The client hung up before the end of the answer. */
  readonly aborted: boolean;
  /** The whole answer was sent, with status 200. */
  readonly answered: boolean;
  readonly model: string;
  readonly streaming: boolean;
  /** What the user said, documents left out: the first 500 characters once the call has ended. */
  readonly prompt: string;
  /** What the documents say, and in brackets what PDFs and images there are: the first 200 characters once the call has ended. */
  readonly document: string;
  /** SHA-256 of the body: the same for the same request. */
  readonly digest: string;
  readonly bodyBytes: number;
  /** The request; once the call has ended only if it is small and recent (see `retain`). */
  readonly request: MessageCreateParams | null;
  /** The scripted fault that struck it, `slow` only where nothing else did. */
  readonly fault: FaultKind | null;
  /** What the answer cost, whether or not the client got to see it; `null` where nothing was generated. */
  readonly usage: Usage | null;
  readonly stopReason: StopReason | null;
}
