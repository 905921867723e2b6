import type { Client } from '@temporalio/client';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { temporal } from '@temporalio/proto';

import { taskQueues } from '../contract/names.js';
import type { FailingTask } from '../contract/run.js';
import type { HistoryEvent } from './history.js';

/** Newest events among which the last failure of a task is: later tries are in no history. */
const newest = 50;

/** Timeouts of a task that a worker had taken; one of those that wait for a worker's cache is usual. */
const startToClose = 1;

/**
 * The workflow task of a run that fails again and again; `null` where none does. Temporal goes on trying, so that such a run neither
 * goes on nor ends.
 */
export async function failingTask(client: Client, workflowId: string): Promise<FailingTask | null> {
  const { raw, runId } = await client.workflow.getHandle(workflowId).describe();
  const attempts = raw.pendingWorkflowTask?.attempt ?? 1;
  if (attempts < 2) return null;
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: newest,
  });
  const failed = (history?.events ?? []).find((event) => isFailure(event));
  return { attempts, ...(await reasonOf(client, failed)) };
}

/** Open runs of fanfold's task queue whose workflow task fails, among so many of the newest. */
export async function failingRuns(client: Client, most: number): Promise<(FailingTask & { workflowId: string })[]> {
  const query = `TaskQueue = '${taskQueues.workflow}' AND ExecutionStatus = 'Running'`;
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query, pageSize: most })) {
    ids.push(workflowId);
    if (ids.length === most) break;
  }
  const failing = await Promise.all(
    ids.map(async (workflowId) => {
      // It may have ended meanwhile.
      const task = await failingTask(client, workflowId).catch(() => null);
      return task === null ? [] : [{ workflowId, ...task }];
    }),
  );
  return failing.flat();
}

/** Whether an event tells that a worker could not do a workflow task. */
export function isFailure({
  workflowTaskFailedEventAttributes: failed,
  workflowTaskTimedOutEventAttributes: timedOut,
}: HistoryEvent): boolean {
  return Boolean(failed) || timedOut?.timeoutType === startToClose;
}

async function reasonOf(client: Client, event: HistoryEvent | undefined): Promise<Omit<FailingTask, 'attempts'>> {
  const failed = event?.workflowTaskFailedEventAttributes;
  if (!failed) {
    return {
      type: 'TimedOut',
      message: 'No worker has ended it in time: they die of it, or take too long.',
      worker: null,
    };
  }
  return {
    type: typeOf(failed.failure),
    message: await messageOf(client, failed.failure),
    worker: failed.identity ?? null,
  };
}

function typeOf(failure: temporal.api.failure.v1.IFailure | null | undefined): string {
  return failure?.applicationFailureInfo?.type || 'Unexpected';
}

async function messageOf(
  client: Client,
  failure: temporal.api.failure.v1.IFailure | null | undefined,
): Promise<string> {
  const error = await decodeOptionalFailureToOptionalError(client.options.loadedDataConverter, failure).catch(
    () => undefined,
  );
  return error?.message ?? failure?.message ?? '';
}
