import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';

import type { Decision } from '../contract/approval.js';
import { InputError } from '../contract/errors.js';
import { updateNames } from '../contract/names.js';
import { noSuchRun } from './history.js';

/**
 * Allows or refuses calls of an agent that wait for it.
 *
 * @returns the keys that were decided
 * @throws FanfoldError `NoSuchRun`; InputError where none of them waits
 */
export async function approveRun(client: Client, workflowId: string, decision: Decision): Promise<string[]> {
  try {
    return await client.workflow
      .getHandle(workflowId)
      .executeUpdate<string[], [Decision]>(updateNames.approve, { args: [decision] });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw noSuchRun(workflowId);
    if (error instanceof WorkflowUpdateFailedError) {
      throw new InputError((error.cause ?? error).message, `See \`fanfold show ${workflowId}\`.`);
    }
    throw error;
  }
}
