import { defaultProvider, apiOfModel } from '../../src/model/providers/api-of.js';
import { fullName } from '../../src/contract/providers.js';
import type { ActivitiesSettings } from '../settings.js';
import type { ModelApi } from '../../src/model/call/client.js';

/**
 * The API that a call goes to.
 *
 * @param question its model is named in full: see `modelFor`
 * @throws FanfoldError `NoApiKey` where it is a real one and the worker has no key, or lacks another setting
 */
export async function apiFor(
  { offline, body: { model } }: { offline: boolean; body: { model: string } },
  { api, env = {}, offlineModelUrl, cassette }: ActivitiesSettings,
): Promise<ModelApi> {
  if (offline) return { apiKey: 'offline', baseURL: await offlineModelUrl() };
  // Nothing is sent there: what is not recorded is refused before.
  if (api === undefined && cassette !== undefined) return { apiKey: 'none', baseURL: 'cassette:' };
  return apiOfModel(model, api, env);
}

/** A model's name with its provider: that of the worker where a run says nothing of it. */
export function modelFor(
  { offline, model }: { offline: boolean; model: string },
  { api, env = {} }: Pick<ActivitiesSettings, 'api' | 'env'>,
): string {
  return offline ? model : fullName(model, api?.provider ?? defaultProvider(env));
}
