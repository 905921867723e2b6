import { ApplicationFailure } from '@temporalio/common';

/** What a tool throws that must not be tried again: told to the model as it is. */
export function toolFailure(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'ToolFailed');
}

/** What is thrown where nobody knows whether an input fits, because a pattern took too long over it. */
export function uncheckedInput(name: string, why: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(`Nobody knows whether the input of \`${name}\` fits. ${why}`, 'TimedOut');
}
