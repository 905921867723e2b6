import { fetch } from 'undici';

import { UnavailableError } from '../../contract/errors.js';
import { gatewayIn } from '../../contract/gateway.js';
import { connectionsBy } from '../../network/connections.js';
import { shownAddress, withoutUser } from '../../secrets/index.js';
import type { Finding } from './finding.js';

/** Longest wait for the API's list of models, in milliseconds. */
const timeoutMs = 10_000;

/**
 * Asks an offline model whether it is there.
 *
 * @throws UnavailableError when it does not answer
 */
export async function probeOfflineModel(url: string, env: NodeJS.ProcessEnv): Promise<Finding> {
  const shown = shownAddress(url);
  try {
    const response = await fetch(`${withoutUser(url)}/v1/models?limit=1`, {
      headers: { 'x-api-key': 'offline', 'anthropic-version': '2026-10-21' },
      dispatcher: connectionsBy(env),
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
  } catch (error) {
    const { message, cause } = error as Error;
    throw new UnavailableError(
      'ModelApiUnreachable',
      `The offline model at ${shown} does not answer: ${cause instanceof Error ? cause.message : message}`,
      'Start it with `fanfold offline-model`, or unset FANFOLD_OFFLINE_URL: each worker has one of its own then.',
    );
  }
  return { found: `answers at ${shown}` };
}

/**
 * Asks the API for its models, which costs nothing and needs a valid key.
 *
 * @throws UnavailableError when it does not answer, or refuses the key
 */
export async function probeModelApi(baseUrl: string, apiKey: string, env: NodeJS.ProcessEnv): Promise<Finding> {
  const shown = shownAddress(baseUrl);
  const response = await fetch(`${withoutUser(baseUrl)}/v1/models?limit=1`, {
    headers: { authorization: `Bearer ${apiKey}`, 'anthropic-version': '2026-10-21' },
    redirect: 'manual',
    dispatcher: connectionsBy(env),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: Error) => {
    const cause = error.cause instanceof Error ? error.cause.message : error.message;
    const gateway = gatewayIn(env);
    throw new UnavailableError(
      'ModelApiUnreachable',
      gateway
        ? `The gateway at ${shownAddress(gateway)} does not answer: ${cause}`
        : `${shown} does not answer: ${cause}`,
      gateway
        ? 'Start it with `fanfold gateway`, or check FANFOLD_GATEWAY.'
        : 'Check the network, ANTHROPIC_BASE_URL, and the proxy variables (HTTPS_PROXY, NO_PROXY).',
    );
  });
  await response.body?.cancel();
  if (response.ok) {
    const found = `${shown} answers and takes the key`;
    if (withoutUser(baseUrl) === baseUrl) return { found };
    return {
      state: 'note',
      found,
      advice: 'User and password of ANTHROPIC_BASE_URL are not sent: the key takes their place in the request.',
    };
  }
  if (response.status === 401 || response.status === 403) {
    throw new UnavailableError(
      'KeyRefused',
      `${shown} refuses the key (${response.status}).`,
      'Check ANTHROPIC_API_KEY.',
    );
  }
  return {
    state: 'note',
    found: `${shown} answers with ${response.status} when asked for its models`,
    advice: 'It can be reached; whether it takes the key will show with the first run.',
  };
}
