import { ApplicationFailure, log, workflowInfo } from '@temporalio/workflow';
import type { WorkflowInterceptors } from '@temporalio/workflow';

import { RefusedPayload } from './payload-converter.js';

/**
 * Keeps payloads that the worker's codec has refused from the workflows.
 *
 * RefusePayloads-1. A run whose input is refused fails at once, with a type that says why.
 * RefusePayloads-2. A run that had gone on before is left as it is, such as one that began without a key. Its workflow task
 *     fails, and a worker that accepts plain payloads takes it up. No worker can read what is no JSON: such a run has failed at once.
 * RefusePayloads-3. A refused signal is dropped; a refused update or query fails. Nobody can end a run by sending one.
 */
export const interceptors = (): WorkflowInterceptors => ({
  inbound: [
    {
      execute: (input, next) => {
        const failure = failureOf(input.args);
        if (failure === undefined) return next(input);
        const isForGood = failure.type === 'BadInput' || !workflowInfo().unsafe.isReplaying;
        return Promise.reject(isForGood ? failure : taskFailureOf(failure));
      },
      handleSignal: (input, next) => {
        const failure = failureOf(input.args);
        if (failure === undefined) return next(input);
        log.warn(`The signal ${input.signalName} was dropped: ${failure.message}`);
        return Promise.resolve();
      },
      validateUpdate: (input, next) => {
        const failure = failureOf(input.args);
        if (failure !== undefined) throw failure;
        next(input);
      },
      handleUpdate: (input, next) => {
        const failure = failureOf(input.args);
        return failure === undefined ? next(input) : Promise.reject(failure);
      },
      handleQuery: (input, next) => {
        const failure = failureOf(input.args);
        return failure === undefined ? next(input) : Promise.reject(failure);
      },
    },
  ],
});

function failureOf(args: readonly unknown[]): ApplicationFailure | undefined {
  const refused = args.find((arg) => arg instanceof RefusedPayload);
  if (refused === undefined) return undefined;
  const { type, message } = refused.mark;
  return ApplicationFailure.nonRetryable(`${message} It is of the run ${workflowInfo().workflowId}.`, type);
}

/**
 * An error that is no failure of Temporal's own: Temporal takes it for a mistake of the worker, tries again, and the run stays
 * open.
 */
function taskFailureOf({ message, type }: ApplicationFailure): Error {
  const error = new Error(message);
  error.name = type ?? error.name;
  return error;
}
