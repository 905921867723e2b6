import { defaultPayloadConverter, TemporalFailure } from '@temporalio/common';
import { isCancellation } from '@temporalio/workflow';
import type { WorkflowInterceptors } from '@temporalio/workflow';

import { summaryIsKey, taskQueues } from '../src/contract/names.js';
import { knownContext } from './typed/run-context.js';

const fanfolds: ReadonlySet<string> = new Set(Object.values(taskQueues));

/**
 * For workflows of somebody's own that fan out: their end is listed, and what a branch begins has the branch's key for its summary, unless
 * it was given one.
 */
export const interceptors = (): WorkflowInterceptors => ({
  inbound: [
    {
      execute: async (input, next) => {
        try {
          const result = await next(input);
          knownContext()?.ended();
          return result;
        } catch (failure) {
          if (isCancellation(failure)) knownContext()?.ended('cancelled');
          // Any other error fails the task, and not the workflow.
          else if (failure instanceof TemporalFailure) knownContext()?.ended('failed');
          throw failure;
        }
      },
    },
  ],
  outbound: [
    {
      scheduleActivity: (input, next) => {
        const { headers, options } = input;
        const name = knownContext()?.branchAround();
        if (name === undefined || options.summary !== undefined || fanfolds.has(options.taskQueue ?? ''))
          return next(input);
        return next({ ...input, headers: marked(headers), options: { ...options, summary: name } });
      },
      startChildWorkflowExecution: (input, next) => {
        const { headers, options } = input;
        const name = knownContext()?.branchAround();
        if (name === undefined || options.staticSummary !== undefined) return next(input);
        return next({ ...input, headers: marked(headers), options: { ...options, staticSummary: name } });
      },
    },
  ],
});

function marked<Headers extends object>(headers: Headers) {
  return { ...headers, [summaryIsKey]: defaultPayloadConverter.toPayload(true) };
}
