import { TestWorkflowEnvironment } from '@temporalio/testing';
import { defineSearchAttributeKey } from '@temporalio/common';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { inject } from 'vitest';

import { searchAttributes } from '../../src/contract/names.js';
import { clusterAddress, freshNamespace } from './cluster.js';
import { settingsOf, sharedTemporal } from './shared-temporal.js';

let isQuiet = false;

/** Has workers of tests say what goes wrong only: a workflow that fails is what many tests are about. */
function keepQuiet(): void {
  // Temporal's runtime is one for a process, which files of tests share.
  if (!isQuiet) Runtime.install({ logger: new DefaultLogger('ERROR') });
  isQuiet = true;
}

/**
 * A real Temporal server in memory: a namespace of one's own on that of this process, or on the cluster that the tests run against.
 *
 * @param settings more dynamic configuration, as `name=value`, for a server of one's own; a cluster keeps its own
 */
export async function startTemporal(settings: readonly string[] = []): Promise<TestWorkflowEnvironment> {
  keepQuiet();
  if (clusterAddress === undefined && settings.length > 0) return ownTemporal(settings);
  const address = clusterAddress ?? (await sharedTemporal());
  const namespace = await freshNamespace(address);
  return TestWorkflowEnvironment.createFromExistingServer({ address, namespace });
}

/** A server that the test may do with as it likes, in whose namespace `default` whoever is told its address alone finds everything. */
export async function ownTemporal(settings: readonly string[] = []): Promise<TestWorkflowEnvironment> {
  keepQuiet();
  const server = {
    executable: { type: 'existing-path' as const, path: inject('temporalPath') },
    searchAttributes: Object.values(searchAttributes).map(({ name, type }) => defineSearchAttributeKey(name, type)),
    extraArgs: settingsOf(settings),
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
