import { createHash } from 'node:crypto';

import type { SerializationContext } from '@temporalio/common';

/** The time that a schedule adds to the id of each run; payloads were written for the id without it. */
const scheduledAt = /-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/**
 * The mark of a run in payloads that are sealed for it: SHA-256 of namespace and workflow id, in hexadecimal. An activity's
 * payloads are bound to its run.
 *
 * @returns `undefined` where the SDK does not say whose payload it is: the codec server, and failures of workflow tasks
 */
export function bindingOf(context: SerializationContext | undefined): string | undefined {
  return context?.workflowId === undefined ? undefined : digest(context.namespace, context.workflowId);
}

/** Whether a payload with such a binding may be read there. */
export function isBoundTo(binding: string, context: SerializationContext | undefined): boolean {
  const here = bindingOf(context);
  if (here === undefined || here === binding) return true;
  const { namespace, workflowId = '' } = context!;
  return digest(namespace, workflowId.replace(scheduledAt, '')) === binding;
}

function digest(namespace: string, workflowId: string): string {
  return createHash('sha256')
    .update(JSON.stringify([namespace, workflowId]))
    .digest('hex');
}
