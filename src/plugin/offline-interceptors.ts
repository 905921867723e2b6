import type { CompiledWorkflowOptions, ScheduleClientInterceptor, WorkflowClientInterceptor } from '@temporalio/client';

import { memoOf } from '../contract/memo.js';

type Memo = Record<string, unknown> | undefined;

/** Interceptors of a client whose workflows ask the offline model: they say so in the memo of what they start. */
export function offlineInterceptors(): { workflow: WorkflowClientInterceptor; schedule: ScheduleClientInterceptor } {
  const marked = (memo: Memo) => ({ ...memo, fanfold: { ...memoOf(memo), offline: true } });
  const options = (given: CompiledWorkflowOptions) => ({ ...given, memo: marked(given.memo) });
  return {
    workflow: {
      startWithDetails: (input, next) => next({ ...input, options: options(input.options) }),
      signalWithStart: (input, next) => next({ ...input, options: options(input.options) }),
      startUpdateWithStart: (input, next) =>
        next({ ...input, workflowStartOptions: options(input.workflowStartOptions) }),
    },
    schedule: {
      create: (input, next) => {
        const { action } = input.options;
        return next({ ...input, options: { ...input.options, action: { ...action, memo: marked(action.memo) } } });
      },
    },
  };
}
