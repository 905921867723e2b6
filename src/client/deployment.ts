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

/**
 * Makes a build the deployment's current one: new runs go to it, and open ones that are not pinned.
 *
 * @throws InputError when no worker of that build has been there
 */
export async function promoteBuild(client: Client, deploymentName: string, buildId: string): Promise<void> {
  const { namespace, identity } = client.options;
  try {
    await client.workflowService.setWorkerDeploymentCurrentVersion({ namespace, identity, deploymentName, buildId });
  } catch (error) {
    if (!isGrpcServiceError(error) || (error.code !== notFound && error.code !== failedPrecondition)) throw error;
    throw new InputError(
      `Build \`${buildId}\` cannot be made current: ${error.details}.`,
      'Start a worker of it first.',
    );
  }
}
