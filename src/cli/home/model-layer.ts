import { GatewayClient, gatewayAddressOf } from '../../gateway/index.js';
import type { Journal } from '../../journal/index.js';
import { gatewayIn } from '../../contract/gateway.js';
import { modelApiOf } from './api-key.js';
import { openJournalOf } from './journal-of.js';
import type { Say } from './session.js';
import type { World } from '../world.js';

/** What a worker asks models with. */
interface OwnModelLayer {
  /** The API with its key, or the gateway that stands in its place. */
  api: ReturnType<typeof modelApiOf>;
  /** Of this process. With a gateway only batches use it. */
  journal: Journal;
  /** A link to the gateway that the environment names, or to that of the home. */
  gateway: GatewayClient | undefined;
  close(): Promise<void>;
}

/**
 * What the environment says that models are asked with: `FANFOLD_GATEWAY`, or the API and its key.
 *
 * @param ofHome connects to the home's gateway, where the environment names none
 * @throws InputError for a variable that cannot be read
 * @throws UnavailableError where the journal cannot be used, or the gateway does not let this process in
 */
export async function modelLayerOf(
  home: string,
  world: World,
  say: Say,
  ofHome: () => Promise<GatewayClient | undefined>,
): Promise<OwnModelLayer> {
  const text = gatewayIn(world.env);
  const token = world.env['FANFOLD_GATEWAY_TOKEN'];
  const address = text ? gatewayAddressOf(text) : undefined;
  const api = modelApiOf(world);
  const gateway = await (address === undefined
    ? ofHome()
    : GatewayClient.connect({ address, token: token || undefined, say }));
  const journal = await openJournalOf(home, world, say).catch((error: unknown) => {
    gateway?.close();
    throw error;
  });
  const close = async () => {
    gateway?.close();
    await journal.close();
  };
  return { api, journal, gateway, close };
}
