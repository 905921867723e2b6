import { setTimeout as sleep } from 'node:timers/promises';

import { askGatewayToEnd } from '../../gateway/index.js';
import { gatewaysIn, isProcessAlive } from '../../server/index.js';
import type { GatewayRecord } from '../../server/index.js';

/** Longest wait for gateways to end, in milliseconds: as long as for workers. */
const endWithinMs = 15_000;

/**
 * Asks the gateways of a home to end, and waits until they have. Their calls in flight come to their end.
 *
 * @returns how many have ended, and those that are still there after 15 seconds
 */
export async function endGateways(home: string, cwd: string): Promise<{ ended: number; left: GatewayRecord[] }> {
  const found = await liveGateways(home, cwd);
  await Promise.all(found.map(({ socket }) => askGatewayToEnd(socket)));
  let left = found.map(({ process }) => process);
  for (const deadline = Date.now() + endWithinMs; left.length > 0 && Date.now() < deadline; await sleep(50)) {
    const alive = await Promise.all(left.map(isProcessAlive));
    left = left.filter((_, at) => alive[at]);
  }
  return { ended: found.length - left.length, left };
}

/** The gateways of a home that run. */
export async function liveGateways(home: string, cwd: string) {
  const found = await gatewaysIn(home, cwd);
  const alive = await Promise.all(found.map(({ process }) => isProcessAlive(process)));
  return found.filter((_, at) => alive[at]);
}
