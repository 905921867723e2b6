import { FanfoldError, InputError } from '../../contract/errors.js';
import { isProvider, namedModel, providers } from '../../contract/providers.js';
import type { Provider } from '../../contract/providers.js';
import { shownAddress } from '../../secrets/index.js';
import { addressIn, keyIn } from './provider.js';
import type { ModelApi } from './provider.js';
import { providerRow } from './provider-table.js';

/**
 * Who is asked for a model whose name says nothing of it: `FANFOLD_PROVIDER`, or Anthropic.
 *
 * @throws InputError for a name of nobody
 */
export function defaultProvider(env: NodeJS.ProcessEnv): Provider {
  const name = env['FANFOLD_PROVIDER']?.trim();
  if (!name) return 'anthropic';
  if (isProvider(name)) return name;
  throw new InputError(`Expected FANFOLD_PROVIDER to be one of ${providers.join(', ')}, got \`${name}\`.`);
}

/**
 * A provider's API as the environment says it; `undefined` where something is missing.
 *
 * @throws UnavailableError `BadApiKey`, or InputError for an address that is none; neither quotes what it has got
 */
export function providerApi(provider: Provider, env: NodeJS.ProcessEnv): ModelApi | undefined {
  const row = providerRow(provider);
  if (row !== undefined) return row.apiOf(env);
  const apiKey = keyIn(env, 'ANTHROPIC_API_KEY');
  if (apiKey === undefined) return undefined;
  const baseURL = addressIn(env, 'ANTHROPIC_BASE_URL') ?? anthropicUrl;
  checkPath(baseURL, 'ANTHROPIC_BASE_URL');
  return { apiKey, baseURL };
}

const anthropicUrl = 'https://api.anthropic.com';

/** What has to be set for a provider to be asked. */
export function needsOf(provider: Provider): string {
  return providerRow(provider)?.needs ?? 'ANTHROPIC_API_KEY';
}

/**
 * The API that a model is asked of: the one given where it is its provider's, else that of the environment.
 *
 * @param model with its provider, where that is not Anthropic
 * @throws FanfoldError `NoApiKey` where something is missing
 */
export function apiOfModel(model: string, given: ModelApi | undefined, env: NodeJS.ProcessEnv): ModelApi {
  const { provider } = namedModel(model);
  const api = given !== undefined && (given.provider ?? 'anthropic') === provider ? given : providerApi(provider, env);
  if (api !== undefined) return api;
  const title = providerRow(provider)?.title;
  throw new FanfoldError(
    'NoApiKey',
    title === undefined ? 'This worker has no API key.' : `This worker cannot ask ${title} for \`${model}\`.`,
    `Set ${needsOf(provider)} where the worker runs, or use --offline.`,
  );
}

/**
 * Other clients are given the address with `/v1`: here it would be asked for `/v1/v1/messages`.
 *
 * @param name of the variable that has it
 * @throws InputError
 */
export function checkPath(baseURL: string, name: string): void {
  const withoutVersion = baseURL.replace(/\/v1(\/messages)?$/, '');
  if (withoutVersion === baseURL) return;
  throw new InputError(
    `Expected ${name} without \`/v1\`, which each request adds, got \`${shownAddress(baseURL)}\`.`,
    `Set it to ${shownAddress(withoutVersion)}.`,
  );
}
