import { GatewayClient, gatewayAddressOf } from '../../gateway/index.js';
import type { Say } from './session.js';
import type { World } from '../world.js';

/**
 * A link to the gateway that the environment names; `undefined` where it names none.
 *
 * @throws InputError for an address that is none
 * @throws UnavailableError where the gateway does not let this process in
 */
export async function gatewayOf({ env }: Pick<World, 'env'>, say: Say): Promise<GatewayClient | undefined> {
  const text = env['FANFOLD_GATEWAY'];
  if (!text) return undefined;
  return GatewayClient.connect({
    address: gatewayAddressOf(text),
    token: env['FANFOLD_GATEWAY_TOKEN'] || undefined,
    say,
  });
}
