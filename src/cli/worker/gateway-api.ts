import { namedModel } from '../../contract/providers.js';
import { apiOfModel } from '../../model/providers/api-of.js';
import type { ModelApi } from '../../model/providers/provider.js';
import type { Secrets } from '../../secrets/index.js';
import { modelApiOf, noApiKey } from '../home/api-key.js';
import type { World } from '../world.js';
import { offlineModel } from './offline-model.js';

/** What a gateway asks: the APIs that its environment has keys of, and the offline model. */
export interface GatewayApis {
  /** Whether it has a key of its default provider. */
  hasKey: boolean;
  /** The API of a question's model. @throws FanfoldError `NoApiKey` */
  apiOf(question: { offline: boolean; body: { model: string } }): Promise<ModelApi>;
  /** Ends the offline model. */
  stop(): Promise<void>;
}

/**
 * @param secrets is told the key
 * @throws UnavailableError `BadApiKey`, or InputError for an address that is none
 */
export function gatewayApis(world: Pick<World, 'env'>, secrets: Pick<Secrets, 'add'>): GatewayApis {
  const given = modelApiOf(world);
  secrets.add(given?.apiKey);
  const offline = offlineModel(world);
  return {
    hasKey: given !== undefined,
    apiOf: async ({ offline: isOffline, body: { model } }) => {
      if (isOffline) return { apiKey: 'offline', baseURL: await offline.url() };
      if (given === undefined && namedModel(model).provider === 'anthropic') throw noApiKey(world);
      return apiOfModel(model, given, world.env);
    },
    stop: () => offline.stop(),
  };
}
