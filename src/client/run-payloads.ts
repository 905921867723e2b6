import type { Client } from '@temporalio/client';
import type { SerializationContext } from '@temporalio/common';
import {
  decodeArrayFromPayloads,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { temporal } from '@temporalio/proto';

import { wasCancelled } from '../contract/outcome.js';

export type Payloads = temporal.api.common.v1.IPayloads | null | undefined;
export type Failure = temporal.api.failure.v1.IFailure | null | undefined;

/** Reads what the history of one run holds. */
export class RunPayloads {
  constructor(
    readonly client: Client,
    readonly workflowId: string,
  ) {}

  values(payloads: Payloads): Promise<unknown[]> {
    return decodeArrayFromPayloads(this.#converter, payloads?.payloads ?? null, this.#context);
  }

  failure(failure: Failure): Promise<Error | undefined> {
    return decodeOptionalFailureToOptionalError(this.#converter, failure, this.#context);
  }

  /** The failure of what was cancelled, with the details that it left behind. */
  cancellation(details?: Payloads): Promise<Error | undefined> {
    return this.failure({ message: wasCancelled, canceledFailureInfo: { details: details ?? null } });
  }

  /** The context that a payload of this run fits; one of another run does not. */
  get #context(): SerializationContext {
    return { type: 'workflow', namespace: this.client.options.namespace, workflowId: this.workflowId };
  }

  get #converter() {
    return this.client.options.loadedDataConverter;
  }
}
