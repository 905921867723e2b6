import type { Client } from '@temporalio/client';

import type { Execution } from './history.js';

/** The tasks that wait in a task queue for a worker. */
export interface Backlog {
  taskQueue: string;
  /** Branches that wait, as far as the server has counted. */
  tasks: number;
  /** How long the oldest has waited, in milliseconds. */
  oldestMs: number;
  /** Tasks a second that came, and that were taken on, lately. */
  addedPerSecond: number;
  takenPerSecond: number;
  /** Workers that poll it, without those that are known to have ended. */
  pollers: number;
}

/** What a task queue holds, as the server numbers it. */
const types = { workflows: 1, activities: 2 } as const;

/** A workflow task that no worker has taken yet, as the server numbers it. */
const taskScheduled = 1;

/**
 * Reads the backlog of a task queue.
 *
 * @param isGone whether the worker of an identity is known to have ended: the server names it for minutes after that
 * @param holds what waits in it
 */
export async function backlogOf(
  client: Client,
  namespace: string,
  taskQueue: string,
  isGone: (identity: string) => Promise<boolean>,
  holds: keyof typeof types = 'activities',
): Promise<Backlog> {
  const { stats, pollers } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: types[holds],
    reportStats: true,
  });
  const identities = [...new Set((pollers ?? []).map(({ identity }) => identity ?? ''))];
  const gone = await Promise.all(identities.map(isGone));
  const { seconds = 0, nanos = 0 } = stats?.approximateBacklogAge ?? {};
  return {
    taskQueue,
    tasks: Number(stats?.approximateBacklogCount ?? 0),
    oldestMs: Number(seconds ?? 0) * 1_000 + Math.floor((nanos ?? 0) / 1e6),
    addedPerSecond: stats?.tasksAddRate ?? 0,
    takenPerSecond: stats?.tasksDispatchRate ?? 0,
    pollers: gone.filter((isOne) => !isOne).length,
  };
}

/** The task queue in which the next task of a workflow waits for a worker; `undefined` where none does. */
export async function queueOfTask(client: Client, { workflowId, runId }: Execution): Promise<string | undefined> {
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  const waits = raw.pendingWorkflowTask?.state === taskScheduled;
  return waits ? (raw.executionConfig?.taskQueue?.name ?? undefined) : undefined;
}
