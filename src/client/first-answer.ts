import type { Client } from '@temporalio/client';

import { updateNames } from '../contract/names.js';
import type { FirstAnswer, RunResult } from '../contract/run-result.js';

/**
 * The answer of a run as soon as its join is satisfied, whichever of its executions has it: a question ends with the execution that it was
 * put to, and is put to the next one that the run continues as.
 *
 * @throws what Temporal says where the run has ended, or is unknown
 */
export async function firstAnswer(client: Client, workflowId: string): Promise<RunResult | FirstAnswer> {
  const handle = client.workflow.getHandle(workflowId);
  for (;;) {
    const asked = await handle.describe();
    try {
      return await client.workflow
        .getHandle(workflowId, asked.runId)
        .executeUpdate<RunResult | FirstAnswer, []>(updateNames.answer);
    } catch (error) {
      const now = await handle.describe();
      const isSameRun = firstRunOf(now) === firstRunOf(asked);
      if (now.runId === asked.runId || !isSameRun) throw error;
    }
  }
}

function firstRunOf({ raw }: Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['describe']>>) {
  return raw.workflowExecutionInfo?.firstRunId;
}
