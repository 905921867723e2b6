import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';

import { noSuchRun } from './history.js';

/**
 * Asks the run to stop: calls in flight are cancelled down to the socket, outcomes that are there are kept.
 *
 * @returns whether the run was still going on
 * @throws FanfoldError `NoSuchRun`
 */
export async function cancelRun(client: Client, workflowId: string): Promise<boolean> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    const { status } = await handle.describe();
    if (status.name !== 'RUNNING') return false;
    await handle.cancel();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw noSuchRun(workflowId);
    throw error;
  }
}
