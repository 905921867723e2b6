import { ApplicationFailure } from '@temporalio/common';

/** What a tool throws that must not be tried again: told to the model as it is. */
export function toolFailure(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'ToolFailed');
}
