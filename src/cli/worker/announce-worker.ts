import { keyIds } from '../../payloads/index.js';
import { shownAddress } from '../../secrets/index.js';
import { shownBaseUrl } from '../home/api-key.js';
import { canAsk, shownCassette } from '../home/cassette-of.js';
import { encryptionKeyOf } from '../home/encryption-key.js';
import type { Session } from '../home/session.js';
import type { World } from '../world.js';
import { modelKeysOf, surroundingsOf } from './surroundings.js';

/**
 * Tells the other members of the home that a worker takes work, and which.
 *
 * @param background of a worker that a command has started: most model calls of it at once
 */
export async function announceWorker(
  { membership, server }: Session,
  world: World,
  background: { concurrency: number } | undefined,
): Promise<void> {
  const cassette = shownCassette(world);
  await membership.update({
    ready: true,
    address: shownAddress(server.address),
    offlineOnly: !canAsk(world),
    ...(cassette !== undefined && { cassette }),
    modelBaseUrl: shownBaseUrl(world),
    modelKeys: await modelKeysOf(world),
    encryptionKeys: keyIds(encryptionKeyOf(world)),
    ...(background && { ...background, surroundings: await surroundingsOf(world) }),
  });
}
