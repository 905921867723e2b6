import { UnavailableError } from '../contract/errors.js';
import { shownAddress } from '../secrets/index.js';
import { findConfiguredServer } from './configured-server.js';
import { findDefaultPortServer } from './default-port-server.js';
import { findEmbedded, findOrStartEmbedded } from './embedded-server.js';
import type { HomeMembership } from './membership.js';
import type { TemporalServer } from './temporal-server.js';

export interface FindOptions {
  env: NodeJS.ProcessEnv;
  /** Whether to start the embedded server when there is no other. */
  startIfNone: boolean;
}

/**
 * Finds the Temporal server to use: the configured one or none (TEMPORAL_ADDRESS, or a profile with an address), else one on
 * 127.0.0.1:7233, else the embedded one of this home. The embedded one has the namespace `default` only.
 *
 * @throws UnavailableError when it cannot be used, cannot be started, or there is none and none shall be started
 */
export async function findServer(membership: HomeMembership, options: FindOptions): Promise<TemporalServer> {
  const server = await find(membership, options);
  await membership.update({ address: shownAddress(server.address) });
  return server;
}

async function find(membership: HomeMembership, { env, startIfNone }: FindOptions): Promise<TemporalServer> {
  const given = (await findConfiguredServer(env)) ?? (await findDefaultPortServer(env));
  if (given !== undefined) return given;
  if (startIfNone) return findOrStartEmbedded(membership, env);
  const running = await findEmbedded(membership);
  if (running !== undefined) return running;
  throw new UnavailableError(
    'NoServer',
    `No Temporal server is configured, on 127.0.0.1:7233, or running for ${membership.home}.`,
    'Set TEMPORAL_ADDRESS, or start one with `fanfold dev`.',
  );
}
