import type { NativeConnection } from '@temporalio/worker';

import type { Origin } from '../model/layer/index.js';
import type { Orphan, WorkerGateway } from './gateway-slots.js';

/** Of Temporal's `WorkflowExecutionStatus`: from `COMPLETED` to `TIMED_OUT`. */
const closed = { from: 2, to: 7 };
/** `CANCEL_REQUESTED` of its `PendingActivityState`. */
const cancelRequested = 3;

/** What says whether an activity is still wanted. */
type Execution = Awaited<ReturnType<NativeConnection['workflowService']['describeWorkflowExecution']>>;

/**
 * Has calls cut that nobody wants any more: those of branches that were cancelled, had lost or were out of time while no worker was there to
 * say so.
 *
 * CutUnwanted-1. A call is cut only where Temporal says that its activity is over, or asked to be: whatever is not known goes on, for to
 *     ask again would cost as much.
 */
export function cutUnwanted(
  gateway: Pick<WorkerGateway, 'onOrphans' | 'cutAsker'>,
  { workflowService }: Pick<NativeConnection, 'workflowService'>,
  namespace: string,
): void {
  let isLooking = false;
  gateway.onOrphans?.((orphans) => {
    if (isLooking) return;
    isLooking = true;
    void look(orphans).finally(() => (isLooking = false));
  });

  async function look(orphans: readonly Orphan[]): Promise<void> {
    const executions = new Map<string, Promise<Execution | undefined>>();
    for (const { asker, origin } of orphans) {
      const { workflowId, runId, activityId } = origin;
      // A branch of a lane goes on in whatever execution is the latest.
      const name = activityId === undefined ? workflowId : `${workflowId}/${runId}`;
      // It may be of another namespace, whose workers see to it.
      const execution =
        executions.get(name) ??
        workflowService
          .describeWorkflowExecution({
            namespace,
            execution: { workflowId, ...(activityId !== undefined && { runId }) },
          })
          .catch(() => undefined);
      executions.set(name, execution);
      if (isUnwanted(await execution, origin)) gateway.cutAsker?.(asker);
    }
  }
}

/** Whether an activity is over, or asked to be, as far as its execution tells. */
function isUnwanted(execution: Execution | undefined, { activityId }: Origin): boolean {
  const { status } = execution?.workflowExecutionInfo ?? {};
  if (execution === undefined || typeof status !== 'number') return false;
  if (status >= closed.from && status <= closed.to) return true;
  if (activityId === undefined) return false;
  const pending = execution.pendingActivities?.find((each) => each.activityId === activityId);
  return pending === undefined || pending.state === cancelRequested;
}
