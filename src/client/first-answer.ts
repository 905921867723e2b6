import type { Client, WorkflowExecutionDescription } from '@temporalio/client';

import { updateNames } from '../contract/names.js';
import type { FirstAnswer, RunResult } from '../contract/run-result.js';

/**
 * The answer of a run as soon as its join is satisfied, whichever of its executions has it: a question ends with the execution that it was
 * put to, and is put to the next one that the run continues as.
 *
 * @returns `undefined` where a run of an older version does not tell it
 * @throws what Temporal says where the run has ended, or is unknown
 */
export async function firstAnswer(client: Client, workflowId: string): Promise<FirstAnswer | undefined> {
  const handle = client.workflow.getHandle(workflowId);
  for (;;) {
    const asked = await handle.describe();
    try {
      const answer = await client.workflow
        .getHandle(workflowId, asked.runId)
        .executeUpdate<RunResult | FirstAnswer, []>(updateNames.answer);
      return 'keys' in answer ? answer : answer.firstAnswer;
    } catch (error) {
      const now = await handle.describe();
      if (now.runId === asked.runId || firstRunOf(now) !== firstRunOf(asked)) throw error;
    }
  }
}

/** The execution that the run began with: a new run of the same id is another one. */
function firstRunOf({ raw }: WorkflowExecutionDescription): string | null | undefined {
  return raw.workflowExecutionInfo?.firstRunId;
}
