import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';

import type { Execution } from './history.js';

/** The input that an execution began with; `undefined` where it cannot be read, such as for want of its key. */
export async function firstInput(client: Client, { workflowId, runId }: Execution): Promise<unknown> {
  const { namespace, loadedDataConverter } = client.options;
  try {
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace,
      execution: { workflowId, ...(runId !== undefined && { runId }) },
      maximumPageSize: 1,
    });
    const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
    const context = { type: 'workflow', namespace, workflowId } as const;
    const [input] = await decodeArrayFromPayloads(loadedDataConverter, started?.input?.payloads ?? null, context);
    return input;
  } catch {
    return undefined;
  }
}
