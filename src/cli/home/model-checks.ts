import { gatewayIn } from '../../contract/gateway.js';
import { defaultProvider } from '../../model/providers/api-of.js';
import { offlineModel } from '../worker/offline-model.js';
import type { World } from '../world.js';
import { apiKeyOf, modelApiOf, noApiKey } from './api-key.js';
import { check } from './check.js';
import type { Check } from './check.js';
import { probeModelApi, probeOfflineModel } from './probe-model-api.js';
import { keyPlace } from './serving-checks.js';
import { probeProvider, providerCheck } from './probe-provider.js';

/** Checks whether models can be asked: those of the default provider, or the offline model. */
export async function modelChecks(world: World, offline: boolean): Promise<Check[]> {
  if (offline) {
    const model = offlineModel(world);
    const answer = await check('offline model', async () => probeOfflineModel(await model.url(), world.env));
    await model.stop();
    return [answer];
  }
  const key = await check('API key', async () => {
    if (apiKeyOf(world) === undefined) throw noApiKey(world);
    const provider = defaultProvider(world.env);
    const isOther = gatewayIn(world.env) === undefined && provider !== 'anthropic';
    return isOther ? providerCheck(provider, world.env) : { found: keyPlace(world) };
  });
  if (key.state === 'failed') return [key, { name: 'model API', state: 'skipped', found: 'no key to ask it with' }];
  const api = await check('model API', async () => {
    const { provider = 'anthropic', baseURL = '', apiKey = '' } = modelApiOf(world) ?? {};
    return provider === 'anthropic' ? probeModelApi(baseURL, apiKey, world.env) : probeProvider(provider, world.env);
  });
  return [key, api];
}
