import { ApplicationFailure } from '@temporalio/common';

/** A failure that the model is told as it is; the call is not tried again. */
export function toolFailure(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'ToolFailed');
}

/** A failure of an input that could not be checked, because a pattern took too long over it. */
export function uncheckedInput(name: string, why: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(`Nobody knows whether the input of \`${name}\` fits. ${why}`, 'TimedOut');
}
