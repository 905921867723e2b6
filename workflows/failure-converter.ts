import { DefaultFailureConverter } from '@temporalio/common';
import type { FailureConverter } from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';

import { memoOf } from '../src/contract/memo.js';

const plain = new DefaultFailureConverter();
const encoding = new DefaultFailureConverter({ encodeCommonAttributes: true });

/** Puts messages and stack traces of failures where the worker's payload codec encodes them, in runs that are encrypted. */
export const failureConverter: FailureConverter = {
  errorToFailure: (error, payloadConverter, context) =>
    (memoOf(workflowInfo().memo)?.encrypted ? encoding : plain).errorToFailure(error, payloadConverter, context),
  failureToError: (failure, payloadConverter, context) => plain.failureToError(failure, payloadConverter, context),
};
