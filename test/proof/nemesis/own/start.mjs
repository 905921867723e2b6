import { taskQueue } from './program.mjs';

/** Starts a run of somebody's own workflow, as a program does it. @returns whether it is there */
export async function startOwn(stage, { id, own }) {
  try {
    const client = await stage.client();
    await client.workflow.start('nemesisOwn', {
      taskQueue,
      workflowId: id,
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      args: [own],
    });
    return true;
  } catch (error) {
    return error.name === 'WorkflowExecutionAlreadyStartedError';
  }
}
