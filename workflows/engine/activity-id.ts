import { workflowInfo } from '@temporalio/workflow';

import { memoOf } from '../../src/contract/memo.js';

/** An activity is called after its branch; in an encrypted run it has a number only, for the server has to read what it is called. */
export function activityIdOf(key: string): { activityId?: string } {
  return memoOf(workflowInfo().memo)?.encrypted ? {} : { activityId: key };
}
