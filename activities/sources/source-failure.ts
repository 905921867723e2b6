import { ApplicationFailure } from '@temporalio/common';

/** @param nextRetryDelay milliseconds that the source asks to wait */
export function failed(message: string, retryable: boolean, nextRetryDelay?: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'SourceFailed',
    message,
    nonRetryable: !retryable,
    ...(nextRetryDelay !== undefined && { nextRetryDelay }),
  });
}
