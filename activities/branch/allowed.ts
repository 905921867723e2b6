import { ApplicationFailure } from '@temporalio/common';

import { realFolder } from '../../src/tools/index.js';
import type { Policy } from '../../src/tools/index.js';

/** The failure of a run that asks for more than the worker allows. It is told as it is, and the branch is not tried again. */
export function notAllowed(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'NotAllowed');
}

/**
 * The real path of a folder that runs may read.
 *
 * @throws ApplicationFailure `NotAllowed`
 */
export async function allowedFolder(folder: string, policy: Policy): Promise<string> {
  const real = await realFolder(folder);
  if (await policy.allows({ folder: real })) return real;
  throw notAllowed(`This worker does not allow the folder ${folder}. ${policy.advice('folders')}`);
}

/** @throws ApplicationFailure `NotAllowed` where the host may not have a private address */
export async function assertPrivateHost(host: string, policy: Policy): Promise<void> {
  if (await policy.allows({ privateHost: host })) return;
  throw notAllowed(`This worker does not allow ${host} to have a private address. ${policy.advice('privateHosts')}`);
}

/** @throws ApplicationFailure `NotAllowed` where the variable may not be sent there */
export async function assertHeaderVariable(variable: string, origin: string, policy: Policy): Promise<void> {
  if (await policy.allows({ headerVariable: variable, origin })) return;
  throw notAllowed(
    `This worker does not allow the variable ${variable} in headers for ${origin}. ${policy.advice('headerVariables')}`,
  );
}
