import type { Client } from '@temporalio/client';

import { openRuns } from './list-runs.js';

const activityStarted = 2;

/**
 * Tells the server that workers are dead. Their work then goes to others at once, and not when heartbeats have been missed. Each
 * attempt keeps what its last heartbeat told, and counts as failed.
 *
 * @param identities of workers that are known to have ended: an activity of one that lives would be run twice
 * @returns how many activities were handed on
 */
export async function failOver(client: Client, identities: ReadonlySet<string>): Promise<number> {
  let handedOn = 0;
  for (const workflowId of await openRuns(client)) {
    const { raw, runId } = await client.workflow.getHandle(workflowId).describe();
    const orphans = (raw.pendingActivities ?? []).filter(
      ({ state, lastWorkerIdentity }) => state === activityStarted && identities.has(lastWorkerIdentity ?? ''),
    );
    // The run was in the dead worker's cache, and would be offered to it for another second.
    if (orphans.length > 0) {
      const execution = { workflowId, runId };
      await client.workflowService.resetStickyTaskQueue({ namespace: client.options.namespace, execution });
    }
    for (const { activityId, lastWorkerIdentity } of orphans) {
      await client.workflowService.respondActivityTaskFailedById({
        namespace: client.options.namespace,
        workflowId,
        runId,
        activityId: activityId ?? '',
        identity: client.options.identity,
        failure: {
          message: `The worker ${lastWorkerIdentity} is dead.`,
          applicationFailureInfo: { type: 'WorkerDied', nextRetryDelay: { nanos: 1_000_000 } },
        },
      });
      handedOn += 1;
    }
  }
  return handedOn;
}
