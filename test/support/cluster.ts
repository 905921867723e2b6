import { randomBytes } from 'node:crypto';

import { Connection } from '@temporalio/client';

import { areUsable, ensureSearchAttributes } from '../../src/server/search-attributes.js';
import { patienceMs } from './patience.js';

/** Frontend of a cluster that the tests are to run against instead of servers of their own: see `scripts/test --cluster`. */
export const clusterAddress = process.env['FANFOLD_TEST_CLUSTER'] || undefined;

const daySeconds = 86_400;

/** Makes a namespace of one's own, with fanfold's search attributes, and waits until all of the cluster knows it. */
export async function freshNamespace(address: string): Promise<string> {
  const namespace = `test-${randomBytes(5).toString('hex')}`;
  // A server of the tests may be about to start.
  const connection = await Connection.connect({ address, connectTimeout: patienceMs });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: daySeconds as never },
    });
    while (!(await areUsable(connection, namespace, 0))) await ensureSearchAttributes(connection, namespace);
    return namespace;
  } finally {
    await connection.close();
  }
}
