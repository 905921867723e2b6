import { defaultPayloadConverter, TemporalFailure } from '@temporalio/common';
import { isCancellation, workflowInfo } from '@temporalio/workflow';
import type { WorkflowInterceptors } from '@temporalio/workflow';

import { memoOf } from '../src/contract/memo.js';
import { summaryIsKey, taskQueues } from '../src/contract/names.js';
import { contextAtEnd, earlierExecutions, knownContext } from './typed/run-context.js';

const fanfolds: ReadonlySet<string> = new Set(Object.values(taskQueues));

/**
 * For workflows of somebody's own that fan out: their end is listed, with what they had before they continued as new, and what a branch begins
 * has the branch's key for its summary, unless it was given one.
 */
export const interceptors = (): WorkflowInterceptors => ({
  inbound: [
    {
      execute: async (input, next) => {
        try {
          const result = await next(input);
          contextAtEnd()?.ended();
          return result;
        } catch (failure) {
          if (isCancellation(failure)) contextAtEnd()?.ended('cancelled');
          // Any other error fails the task, and not the workflow.
          else if (failure instanceof TemporalFailure) contextAtEnd()?.ended('failed');
          throw failure;
        }
      },
    },
  ],
  outbound: [
    {
      // A memo that is given stands in place of the whole: what fanfold has in it is the run's, and not the execution's.
      continueAsNew: (input, next) => {
        const { memo: all } = workflowInfo();
        const earlier = knownContext()?.progress.soFar ?? earlierExecutions();
        if (earlier === undefined) return next(input);
        const memo = { ...(input.options.memo ?? all), fanfold: { ...memoOf(all), earlier } };
        return next({ ...input, options: { ...input.options, memo } });
      },
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
