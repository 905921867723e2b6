import { showMetrics } from '../../gateway/index.js';
import type { RunningGateway } from '../../gateway/index.js';
import type { Say } from '../home/session.js';
import type { World } from '../world.js';
import { metricsAddressOf } from './log-line.js';

/** Shows metrics where FANFOLD_METRICS says. A worker that was started with the same variable keeps them. */
export async function showGatewayMetrics(
  gateway: Pick<RunningGateway, 'metrics'>,
  world: Pick<World, 'env'>,
  say: Say,
): Promise<() => Promise<void>> {
  const address = metricsAddressOf(world);
  if (address === undefined) return async () => {};
  try {
    const { url, close } = await showMetrics(address, () => gateway.metrics());
    say(`metrics are at ${url}.`);
    return close;
  } catch (error) {
    say((error as Error).message);
    return async () => {};
  }
}
