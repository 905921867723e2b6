import { ApplicationFailure } from '@temporalio/workflow';

import { misfitOf } from '../../src/plan/schema/misfit-of.js';

/** Names that the bundler makes of imports: nobody outside knows them. */
const bundled = /\(0\s*,\s*\w+__WEBPACK_IMPORTED_MODULE_\d+__\.(\w+)\)|\w+__WEBPACK_IMPORTED_MODULE_\d+__\.(\w+)/g;

/**
 * The plan of a run.
 *
 * @throws ApplicationFailure `BadInput`, not retryable, where no run can be made of the input, with path, expected and got as its first detail
 */
export function checked<Plan>(plan: () => Plan): Plan {
  try {
    return plan();
  } catch (error) {
    const message = (error as Error).message.replaceAll(bundled, (_, called = '', read = '') => `${called}${read}`);
    throw ApplicationFailure.nonRetryable(message, 'BadInput', ...misfitOf(error));
  }
}
