import { FanfoldError, UnavailableError } from '../../contract/errors.js';
import { namedModel } from '../../contract/providers.js';
import { ModelClients } from '../../model/call/client.js';
import { apiOfModel, needsOf } from '../../model/providers/api-of.js';
import type { ModelApi } from '../../model/providers/provider.js';

/**
 * Checks that models of other providers can be asked from here: their packages are installed, and what they need is set. Nobody is asked.
 *
 * @param given the API of the default provider
 * @throws UnavailableError `NoApiKey` or `ProviderNotInstalled`
 */
export async function checkProviders(
  models: readonly string[],
  given: ModelApi | undefined,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const clients = new ModelClients(env);
  for (const model of models) {
    await clients.clientOf(apiOf(model, given, env));
  }
}

function apiOf(model: string, given: ModelApi | undefined, env: NodeJS.ProcessEnv): ModelApi {
  try {
    return apiOfModel(model, given, env);
  } catch (error) {
    if (!(error instanceof FanfoldError) || error.type !== 'NoApiKey') throw error;
    const { provider } = namedModel(model);
    throw new UnavailableError('NoApiKey', `\`${model}\` cannot be asked: ${provider} needs ${needsOf(provider)}.`);
  }
}
