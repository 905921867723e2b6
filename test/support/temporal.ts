import { TestWorkflowEnvironment } from '@temporalio/testing';
import { defineSearchAttributeKey } from '@temporalio/common';
import { DefaultLogger, Runtime } from '@temporalio/worker';
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

let isQuiet = false;

/** Has workers of tests say what goes wrong only: a workflow that fails is what many tests are about. */
function keepQuiet(): void {
  // Temporal's runtime is one for a process, which files of tests share.
  if (!isQuiet) Runtime.install({ logger: new DefaultLogger('ERROR') });
  isQuiet = true;
}

/**
 * A real Temporal server in memory, or a namespace of one's own on the cluster that the tests run against.
 *
 * @param settings more dynamic configuration, as `name=value`; a cluster keeps its own
 */
export async function startTemporal(settings: readonly string[] = []): Promise<TestWorkflowEnvironment> {
  keepQuiet();
  if (clusterAddress !== undefined) {
    const namespace = await freshNamespace(clusterAddress);
    return TestWorkflowEnvironment.createFromExistingServer({ address: clusterAddress, namespace });
  }
  const server = {
    executable: { type: 'existing-path' as const, path: inject('temporalPath') },
    searchAttributes: Object.values(searchAttributes).map(({ name, type }) => defineSearchAttributeKey(name, type)),
    extraArgs: [...dynamicConfig, ...settings].flatMap((setting) => ['--dynamic-config-value', setting]),
  };
  for (let triesLeft = 9; ; triesLeft -= 1) {
    try {
      return await TestWorkflowEnvironment.createLocal({ server });
    } catch (error) {
      // The SDK gives a server 5 s to start, which a busy machine has not for it: what has been read of it by then makes the next one faster.
      if (triesLeft === 0 || !(error as Error).message.includes('did not start within')) throw error;
    }
  }
}
