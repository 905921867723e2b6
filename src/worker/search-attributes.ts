import type { NativeConnection } from '@temporalio/worker';

import { searchAttributes } from '../contract/names.js';

/** Whether queries of the namespace know all of fanfold's search attributes now. */
export function knowsSearchAttributes(
  { workflowService }: Pick<NativeConnection, 'workflowService'>,
  namespace: string,
): Promise<boolean> {
  const query = Object.values(searchAttributes)
    .map(({ name }) => `${name} IS NOT NULL`)
    .join(' AND ');
  return workflowService.countWorkflowExecutions({ namespace, query }).then(
    () => true,
    () => false,
  );
}
