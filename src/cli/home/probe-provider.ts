import { fetch } from 'undici';

import { UnavailableError } from '../../contract/errors.js';
import type { Provider } from '../../contract/providers.js';
import { ModelClients } from '../../model/call/client.js';
import { providerApi } from '../../model/providers/api-of.js';
import { providerRow } from '../../model/providers/provider-table.js';
import { connectionsBy } from '../../network/connections.js';
import { shownAddress, withoutUser } from '../../secrets/index.js';
import type { Finding } from './finding.js';

/** Longest wait for a provider to say anything, in milliseconds. */
const timeoutMs = 10_000;

/**
 * What the environment has of another provider's settings; keys are not shown.
 *
 * @throws UnavailableError `ProviderNotInstalled`
 */
export async function providerCheck(provider: Provider, env: NodeJS.ProcessEnv): Promise<Finding> {
  const row = providerRow(provider);
  const api = providerApi(provider, env);
  if (row === undefined || api === undefined) return { found: `${provider} is asked` };
  await new ModelClients(env).clientOf(api);
  const key = api.apiKey === '' ? `credentials are looked for by ${row.packageName}` : 'a key is set';
  return { found: `${row.title} through ${row.packageName}; ${key}` };
}

/**
 * Asks another provider what costs nothing: OpenAI's like for their models. Of the clouds only shows whether they can be reached.
 *
 * @throws UnavailableError when it does not answer, or refuses the key
 */
export async function probeProvider(provider: Provider, env: NodeJS.ProcessEnv): Promise<Finding> {
  const { baseURL = '', apiKey = '' } = providerApi(provider, env) ?? {};
  const listsModels = provider === 'openai' || provider === 'openai-compatible';
  const shown = shownAddress(baseURL);
  const response = await fetch(`${withoutUser(baseURL)}${listsModels ? '/models' : '/'}`, {
    // A cloud is not shown the key: nothing is asked that it would be for.
    headers: listsModels && apiKey !== '' ? { authorization: `Bearer ${apiKey}` } : {},
    redirect: 'manual',
    dispatcher: connectionsBy(env),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: Error) => {
    const cause = error.cause instanceof Error ? error.cause.message : error.message;
    throw new UnavailableError(
      'ModelApiUnreachable',
      `${shown} does not answer: ${cause}`,
      'Check the network, the address and region, and the proxy variables (HTTPS_PROXY, NO_PROXY).',
    );
  });
  await response.body?.cancel();
  if (listsModels && response.ok) return { found: `${shown} answers and takes the key` };
  if (listsModels && (response.status === 401 || response.status === 403)) {
    throw new UnavailableError('KeyRefused', `${shown} refuses the key (${response.status}).`);
  }
  return {
    state: 'note',
    found: `${shown} can be reached`,
    advice: 'Whether it takes the credentials, and has the model, will show with the first run.',
  };
}
