import type { Client } from '@temporalio/client';

import type { RunView } from './run-view.js';

/** The execution that has the workflow's id now; `undefined` where there is none. */
export async function currentRunId(client: Client, workflowId: string): Promise<string | undefined> {
  return client.workflow
    .getHandle(workflowId)
    .describe()
    .then(
      ({ runId }) => runId,
      () => undefined,
    );
}

/**
 * The execution in which a run goes on that was reset while it was followed: Temporal terminates the one that it copies.
 *
 * @returns its run id; `undefined` where the run has come to an end
 */
export async function wentOnAfterReset(
  client: Client,
  { workflowId, runId, closed }: RunView,
): Promise<string | undefined> {
  if (closed !== 'terminated') return undefined;
  const found = await client.workflow
    .getHandle(workflowId)
    .describe()
    .catch(() => undefined);
  if (found === undefined || found.runId === runId) return undefined;
  const { firstRunId } = found.raw.workflowExecutionInfo ?? {};
  // A new run of the same id begins with itself; a reset one is of the same chain.
  return firstRunId !== found.runId ? found.runId : undefined;
}
