import { patched, workflowInfo } from '@temporalio/workflow';

import { memoOf } from '../../src/contract/memo.js';

/**
 * Names an activity after its branch. In an encrypted run the activity has a number only, because the server reads its name.
 *
 * A number by itself is what Temporal names activities that have no name: two open ones of a name fail the workflow's task for ever.
 */
export function activityIdOf(key: string): { activityId?: string } {
  if (memoOf(workflowInfo().memo)?.encrypted) return {};
  return { activityId: /^\d+$/.test(key) && patched('no-number-names-an-activity') ? `#${key}` : key };
}
