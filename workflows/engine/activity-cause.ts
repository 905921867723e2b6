import { ActivityFailure } from '@temporalio/common';

/** What an activity failed of, of whose failure Temporal says only that it did; any other failure as it is. */
export function activityCause(failure: unknown): unknown {
  return failure instanceof ActivityFailure ? failure.cause : failure;
}
