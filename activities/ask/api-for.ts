import { FanfoldError } from '../../src/contract/errors.js';
import type { ActivitiesSettings } from '../settings.js';
import type { ModelApi } from '../../src/model/call/client.js';

/**
 * The API that a call goes to.
 *
 * @throws FanfoldError `NoApiKey` where it is the real one and the worker has no key
 */
export async function apiFor(
  { offline }: { offline: boolean },
  { api, offlineModelUrl, cassette }: ActivitiesSettings,
): Promise<ModelApi> {
  if (offline) return { apiKey: 'offline', baseURL: await offlineModelUrl() };
  // Nothing is sent there: what is not recorded is refused before.
  if (api === undefined && cassette !== undefined) return { apiKey: 'none', baseURL: 'cassette:' };
  if (api === undefined) {
    throw new FanfoldError(
      'NoApiKey',
      'This worker has no API key.',
      'Set ANTHROPIC_API_KEY where the worker runs, or use --offline.',
    );
  }
  return api;
}
