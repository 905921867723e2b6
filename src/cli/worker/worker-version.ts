import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import type { Client } from '@temporalio/client';

import { deploymentOf } from '../../client/index.js';
import { workflowBundlePath } from '../../worker/index.js';
import type { WorkerVersion } from '../../worker/index.js';
import { parseChoice } from '../read/numbers.js';
import { packageVersion } from '../package-version.js';
import type { Say } from '../home/session.js';
import type { World } from '../world.js';

/**
 * The version of this worker, where FANFOLD_DEPLOYMENT names its deployment: FANFOLD_BUILD_ID, or the package's version with a
 * digest of its workflows.
 *
 * @throws InputError when FANFOLD_VERSIONING is neither `auto-upgrade` nor `pinned`
 */
export async function workerVersionOf({ env }: Pick<World, 'env'>): Promise<WorkerVersion | undefined> {
  const deployment = env['FANFOLD_DEPLOYMENT'];
  if (!deployment) return undefined;
  const runs = parseChoice(env['FANFOLD_VERSIONING'] || 'auto-upgrade', 'FANFOLD_VERSIONING', [
    'auto-upgrade',
    'pinned',
  ] as const);
  return { deployment, build: env['FANFOLD_BUILD_ID'] || (await ownBuild()), runs };
}

/** Two builds of one version may differ in their workflows, and then are two versions to Temporal. */
async function ownBuild(): Promise<string> {
  const digest = createHash('sha256')
    .update(await readFile(workflowBundlePath()))
    .digest('hex');
  return `${packageVersion()}-${digest.slice(0, 8)}`;
}

/** Says which version the worker is, and what to do if it is not given anything. */
export async function tellVersion(client: Client, { deployment, build, runs }: WorkerVersion, say: Say): Promise<void> {
  const found = await deploymentOf(client, deployment).catch(() => undefined);
  const is = `this is build ${build} of the deployment ${deployment} (${runs})`;
  if (found?.current === build) say(`${is}, its current one.`);
  else {
    const current = found?.current ?? 'none';
    say(
      `${is}; current is ${current}. It is given runs once it is: \`fanfold deployment ${deployment} --promote ${build}\`.`,
    );
  }
}
