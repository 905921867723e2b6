import { ApplicationFailure, DefaultFailureConverter, TemporalFailure } from '@temporalio/common';
import type { FailureConverter } from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';

import { memoOf } from '../src/contract/memo.js';
import { payloadFailures } from '../src/contract/refused.js';

const plain = new DefaultFailureConverter();
const encoding = new DefaultFailureConverter({ encodeCommonAttributes: true });
const types: ReadonlySet<string> = new Set(payloadFailures);

/**
 * Puts messages and stack traces of failures, in encrypted runs, where the worker's payload codec encodes them. A workflow task
 * that fails over a payload has the payload's failure type.
 */
export const failureConverter: FailureConverter = {
  errorToFailure: (error, payloadConverter, context) =>
    (memoOf(workflowInfo().memo)?.encrypted ? encoding : plain).errorToFailure(typed(error), payloadConverter, context),
  failureToError: (failure, payloadConverter, context) => plain.failureToError(failure, payloadConverter, context),
};

function typed(error: unknown): unknown {
  const isTyped = error instanceof Error && !(error instanceof TemporalFailure) && types.has(error.name);
  return isTyped ? ApplicationFailure.nonRetryable(error.message, error.name) : error;
}
