import { ApplicationFailure } from '@temporalio/common';

import { outOfTime } from '../../src/cpu/index.js';
import type { Limited } from '../../src/cpu/index.js';

/**
 * The result of a pattern that ended in time.
 *
 * @param what names it, at the beginning of a sentence
 * @throws ApplicationFailure `TimedOut` where it did not; another try would take as long
 */
export function inTime<Value>(limited: Limited<Value>, what: string): Value {
  if (limited.inTime) return limited.value;
  throw ApplicationFailure.nonRetryable(outOfTime(limited, what), 'TimedOut');
}

/** Names the run of an activity, for the time that its patterns may take. */
export function runOf({
  workflowExecution,
}: {
  workflowExecution?: { workflowId: string; runId: string } | undefined;
}): string {
  return [workflowExecution?.workflowId, workflowExecution?.runId].join('/');
}
