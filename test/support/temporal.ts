import { TestWorkflowEnvironment } from '@temporalio/testing';
import { defineSearchAttributeKey } from '@temporalio/common';
import { inject } from 'vitest';

import { searchAttributes } from '../../src/contract/names.js';
import { clusterAddress, freshNamespace } from './cluster.js';

/** Settings of the embedded server that the workflows are written for. */
const dynamicConfig = [
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  'frontend.WorkerCommandsEnabled=true',
  'system.enableCancelActivityWorkerCommand=true',
];

/** A real Temporal server in memory, or a namespace of one's own on the cluster that the tests run against. */
export async function startTemporal(): Promise<TestWorkflowEnvironment> {
  if (clusterAddress !== undefined) {
    const namespace = await freshNamespace(clusterAddress);
    return TestWorkflowEnvironment.createFromExistingServer({ address: clusterAddress, namespace });
  }
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: inject('temporalPath') },
      searchAttributes: Object.values(searchAttributes).map(({ name, type }) => defineSearchAttributeKey(name, type)),
      extraArgs: dynamicConfig.flatMap((setting) => ['--dynamic-config-value', setting]),
    },
  });
}
