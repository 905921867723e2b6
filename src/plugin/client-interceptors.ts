import type { CompiledWorkflowOptions, ScheduleClientInterceptor, WorkflowClientInterceptor } from '@temporalio/client';
import type { Priority } from '@temporalio/common';

import { memoOf } from '../contract/memo.js';

/** What a client says of every workflow that it starts. */
export interface ClientMarks {
  /** Whether the offline model answers: the memo says so. */
  offline: boolean;
  /** For those that have none of their own, field by field. */
  priority?: Priority | undefined;
}

/** What Temporal's options of a start, and those of a Schedule's action, have in common. */
type Started = Pick<CompiledWorkflowOptions, 'memo' | 'priority'>;

/** Interceptors of a client that says something of what it starts. */
export function clientInterceptors({ offline, priority }: ClientMarks): {
  workflow: WorkflowClientInterceptor;
  schedule: ScheduleClientInterceptor;
} {
  const marked = <Options extends Started>(given: Options): Options => ({
    ...given,
    ...(offline && { memo: { ...given.memo, fanfold: { ...memoOf(given.memo), offline } } }),
    ...(priority !== undefined && { priority: { ...priority, ...given.priority } }),
  });
  return {
    workflow: {
      startWithDetails: (input, next) => next({ ...input, options: marked(input.options) }),
      signalWithStart: (input, next) => next({ ...input, options: marked(input.options) }),
      startUpdateWithStart: (input, next) =>
        next({ ...input, workflowStartOptions: marked(input.workflowStartOptions) }),
    },
    schedule: {
      create: (input, next) =>
        next({ ...input, options: { ...input.options, action: marked(input.options.action as never) } }),
    },
  };
}
