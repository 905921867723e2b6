import { namedModel } from '../../contract/providers.js';
import { apiOfModel } from '../../model/providers/api-of.js';
import type { ModelApi } from '../../model/providers/provider.js';
import { noApiKey } from '../home/api-key.js';
import type { World } from '../world.js';

/**
 * The API that a gateway asks a question of.
 *
 * @param given that of its default provider
 * @throws FanfoldError `NoApiKey`
 */
export async function gatewayApi(
  { offline, body: { model } }: { offline: boolean; body: { model: string } },
  given: ModelApi | undefined,
  offlineModel: { url(): Promise<string> },
  world: World,
): Promise<ModelApi> {
  if (offline) return { apiKey: 'offline', baseURL: await offlineModel.url() };
  if (given === undefined && namedModel(model).provider === 'anthropic') throw noApiKey(world);
  return apiOfModel(model, given, world.env);
}
