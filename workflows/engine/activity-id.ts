import { workflowInfo } from '@temporalio/workflow';

import { memoOf } from '../../src/contract/memo.js';

/** Names an activity after its branch. In an encrypted run the activity has a number only, because the server reads its name. */
export function activityIdOf(key: string): { activityId?: string } {
  return memoOf(workflowInfo().memo)?.encrypted ? {} : { activityId: key };
}
