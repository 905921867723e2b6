import { ApplicationFailure } from '@temporalio/workflow';

/**
 * The plan of a run.
 *
 * @throws ApplicationFailure `BadInput`, not retryable, where no run can be made of the input
 */
export function checked<Plan>(plan: () => Plan): Plan {
  try {
    return plan();
  } catch (error) {
    throw ApplicationFailure.nonRetryable((error as Error).message, 'BadInput');
  }
}
