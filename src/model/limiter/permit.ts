import type { Usage } from '../../contract/run.js';
import type { HeadersLike } from './rate-headers.js';

/** The end of a call, as far as limits are concerned. `headers` are the answer's, wherever there was one. */
export type CallOutcome =
  | { is: 'answered'; usage: Usage; headers?: HeadersLike | undefined }
  /** 429. `ramp`: usage grows too fast. */
  | {
      is: 'throttled';
      kind: 'rate' | 'ramp';
      /** Why, in the API's words; a limit on spending may hide behind a 429. */
      reason?: string | undefined;
      retryAfterMs?: number | undefined;
      headers?: HeadersLike | undefined;
    }
  /** 529. */
  | { is: 'overloaded'; retryAfterMs?: number | undefined; headers?: HeadersLike | undefined }
  /** A limit on spending; nothing will be answered until somebody raises it. */
  | { is: 'spend-limit'; reason: string }
  /** 401: the API takes the key for no call. */
  | { is: 'key-refused'; reason: string }
  /** Anything else, aborted calls too: it says nothing about limits. */
  | { is: 'failed'; headers?: HeadersLike | undefined };

/** Permission for one call of the API. It counts as in flight until it is ended. */
export class Permit {
  #ended = false;

  constructor(readonly onEnd: (outcome: CallOutcome) => void) {}

  /** Says how the call ended. Only the first time counts. */
  end(outcome: CallOutcome): void {
    if (this.#ended) return;
    this.#ended = true;
    this.onEnd(outcome);
  }

  /** Ends the permit if nobody has: for a `finally`. */
  release(): void {
    this.end({ is: 'failed' });
  }
}
