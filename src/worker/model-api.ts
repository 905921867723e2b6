import { gatewayIn, gatewaySocketOrigin, socketPathIn } from '../contract/gateway.js';
import { checkPath, defaultProvider, providerApi } from '../model/providers/api-of.js';
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
  // Addresses are judged where they are asked.
  if (gatewayIn(env) !== undefined) return keyForGateway(env);
  if (defaultProvider(env) === 'anthropic') return keyIn(env, 'ANTHROPIC_API_KEY');
  return modelApiOf(world)?.apiKey;
}

/** Sent to a gateway that asks for no token: it has the key. */
const keyOfGateway = 'fanfold-the-gateway-has-the-key';

function keyForGateway(env: NodeJS.ProcessEnv): string {
  return env['FANFOLD_GATEWAY_TOKEN']?.trim() || keyOfGateway;
}

/** The API's address as it may be shown and written down. */
export function shownBaseUrl(world: Environment): string {
  const gateway = gatewayIn(world.env);
  const anthropic = world.env['ANTHROPIC_BASE_URL'];
  if (gateway !== undefined) return shownAddress(gatewayUrl(gateway));
  const provider = defaultProvider(world.env);
  // Without a key it says where it would go.
  if (provider === 'anthropic') return shownAddress((anthropic || 'https://api.anthropic.com').replace(/\/+$/, ''));
  return shownAddress(modelApiOf(world)?.baseURL ?? provider);
}

function gatewayUrl(gateway: string): string {
  if (!gateway.startsWith('unix:')) return gateway.replace(/\/+$/, '');
  socketPathIn(gateway, 'FANFOLD_GATEWAY');
  return gatewaySocketOrigin;
}

/**
 * The model API of the default provider, or the gateway that stands in its place; `undefined` where there is no key.
 *
 * @throws UnavailableError `BadApiKey`, or InputError for an address that is none; neither quotes what it has got
 */
export function modelApiOf({ env }: Environment): ModelApi | undefined {
  const gateway = gatewayIn(env);
  if (gateway === undefined) return providerApi(defaultProvider(env), env);
  const apiKey = keyForGateway(env);
  if (gateway.startsWith('unix:')) return { apiKey, baseURL: gatewayUrl(gateway) };
  // An address that is no URL is refused as one of the gateway's.
  const baseURL = addressIn(env, 'FANFOLD_GATEWAY') ?? '';
  checkPath(baseURL, 'FANFOLD_GATEWAY');
  return { apiKey, baseURL };
}
