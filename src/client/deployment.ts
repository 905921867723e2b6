import { setTimeout as sleep } from 'node:timers/promises';

import { isGrpcServiceError } from '@temporalio/client';
import type { Client } from '@temporalio/client';

import { InputError } from '../contract/errors.js';

/** A worker deployment as Temporal knows it. */
export interface Deployment {
  name: string;
  /** The build that new runs go to; `null` while there is none, and workers without a version serve them. */
  current: string | null;
  builds: { build: string; status: string; createdAt: string | null }[];
}

const notFound = 5;
const failedPrecondition = 9;

/** `temporal.api.enums.v1.WorkerDeploymentVersionStatus` */
const statuses = ['unknown', 'inactive', 'current', 'ramping', 'draining', 'drained', 'created'];

/** The deployment of that name; `undefined` where no worker of it has ever been there. */
export async function deploymentOf(client: Client, name: string): Promise<Deployment | undefined> {
  const { namespace } = client.options;
  try {
    const described = await client.workflowService.describeWorkerDeployment({ namespace, deploymentName: name });
    const info = described.workerDeploymentInfo;
    return {
      name,
      current: info?.routingConfig?.currentDeploymentVersion?.buildId || null,
      builds: (info?.versionSummaries ?? []).map(({ deploymentVersion, status, createTime }) => ({
        build: deploymentVersion?.buildId ?? '',
        status: statuses[status ?? 0] ?? 'unknown',
        createdAt: createTime?.seconds ? new Date(Number(createTime.seconds) * 1_000).toISOString() : null,
      })),
    };
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === notFound) return undefined;
    throw error;
  }
}

/** How long a build is waited for that Temporal does not know of, in milliseconds: its worker may just have started. */
const patienceMs = 10_000;
const betweenTriesMs = 200;

/**
 * Makes a build the deployment's current one: new runs go to it, and open ones that are not pinned. Temporal learns of a build, and
 * of each task queue that it serves, some time after its worker's first polls: it is waited for.
 *
 * @throws InputError when no worker of that build has been there for ten seconds
 */
export async function promoteBuild(client: Client, deploymentName: string, buildId: string): Promise<void> {
  const { namespace, identity } = client.options;
  const until = Date.now() + patienceMs;
  for (;;) {
    try {
      await client.workflowService.setWorkerDeploymentCurrentVersion({ namespace, identity, deploymentName, buildId });
      return;
    } catch (error) {
      if (!isGrpcServiceError(error) || (error.code !== notFound && error.code !== failedPrecondition)) throw error;
      if (Date.now() >= until) {
        throw new InputError(
          `Build \`${buildId}\` cannot be made current: ${error.details}.`,
          'Start a worker of it first.',
        );
      }
    }
    await sleep(betweenTriesMs);
  }
}
