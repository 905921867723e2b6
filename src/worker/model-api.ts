import { gatewaySocketOrigin } from '../contract/gateway.js';
import { defaultProvider, providerApi } from '../model/providers/api-of.js';
import { addressIn, keyIn } from '../model/providers/provider.js';
import type { ModelApi } from '../model/providers/provider.js';
import { shownAddress } from '../secrets/index.js';

/** Where a process has its environment variables. */
interface Environment {
  env: NodeJS.ProcessEnv;
}

/**
 * The key of the model API, or what a gateway is shown in its place; empty where the provider's own package finds credentials, and
 * `undefined` where there is none.
 *
 * @throws UnavailableError `BadApiKey` where it cannot be sent as a header; it is not quoted
 * @throws InputError as `modelApiOf`
 */
export function apiKeyOf(world: Environment): string | undefined {
  const { env } = world;
  // Its address is judged where it is asked.
  if (!env['FANFOLD_GATEWAY'] && defaultProvider(env) === 'anthropic') return keyIn(env, 'ANTHROPIC_API_KEY');
  return modelApiOf(world)?.apiKey;
}

/** Sent to a gateway that asks for no token: it has the key. */
const keyOfGateway = 'fanfold-the-gateway-has-the-key';

/** The API's address as it may be shown and written down. */
export function shownBaseUrl(world: Environment): string {
  const { FANFOLD_GATEWAY: gateway, ANTHROPIC_BASE_URL: anthropic } = world.env;
  if (gateway) return shownAddress(gatewayUrl(gateway));
  const provider = defaultProvider(world.env);
  // Without a key it says where it would go.
  if (provider === 'anthropic') return shownAddress((anthropic || 'https://api.anthropic.com').replace(/\/+$/, ''));
  return shownAddress(modelApiOf(world)?.baseURL ?? provider);
}

function gatewayUrl(gateway: string): string {
  return gateway.startsWith('unix:') ? gatewaySocketOrigin : gateway.replace(/\/+$/, '');
}

/**
 * The model API of the default provider, or the gateway that stands in its place; `undefined` where there is no key.
 *
 * @throws UnavailableError `BadApiKey`, or InputError for an address that is none; neither quotes what it has got
 */
export function modelApiOf({ env }: Environment): ModelApi | undefined {
  const gateway = env['FANFOLD_GATEWAY'];
  if (!gateway) return providerApi(defaultProvider(env), env);
  const apiKey = env['FANFOLD_GATEWAY_TOKEN']?.trim() || keyOfGateway;
  // An address that is no URL is refused as one of the gateway's.
  return {
    apiKey,
    baseURL: gateway.startsWith('unix:') ? gatewayUrl(gateway) : (addressIn(env, 'FANFOLD_GATEWAY') ?? ''),
  };
}
