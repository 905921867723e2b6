import { InputError, UnavailableError } from '../contract/errors.js';
import { gatewayIn, gatewaySocketOrigin, socketPathIn } from '../contract/gateway.js';
import { shownAddress } from '../secrets/index.js';

/** Where a process has its environment variables. */
interface Environment {
  env: NodeJS.ProcessEnv;
}

/** Where model calls go, and the key they go with. */
interface Api {
  apiKey: string;
  /** Without `/v1`. */
  baseURL: string;
}

/**
 * The key of the model API, or what a gateway is shown in its place; `undefined` where there is none.
 *
 * @throws UnavailableError `BadApiKey` where it cannot be sent as a header; it is not quoted
 */
export function apiKeyOf(world: Environment): string | undefined {
  if (gatewayIn(world.env)) return world.env['FANFOLD_GATEWAY_TOKEN']?.trim() || keyOfGateway;
  const key = world.env['ANTHROPIC_API_KEY']?.trim() || undefined;
  if (key === undefined || /^[\x21-\x7E]+$/.test(key)) return key;
  throw new UnavailableError(
    'BadApiKey',
    'Expected ANTHROPIC_API_KEY to be one word of ASCII characters, got white space, control or other characters in it.',
    'Set it anew: a line break or a quotation mark may have come with it.',
  );
}

/** Sent to a gateway that asks for no token: it has the key. */
const keyOfGateway = 'fanfold-the-gateway-has-the-key';

function baseUrlOf(world: Environment): string {
  const gateway = gatewayIn(world.env);
  if (gateway?.startsWith('unix:')) {
    socketPathIn(gateway, 'FANFOLD_GATEWAY');
    return gatewaySocketOrigin;
  }
  if (gateway) return gateway.replace(/\/+$/, '');
  return (world.env['ANTHROPIC_BASE_URL'] || 'https://api.anthropic.com').replace(/\/+$/, '');
}

/** The API's address as it may be shown and written down. */
export function shownBaseUrl(world: Environment): string {
  return shownAddress(baseUrlOf(world));
}

/**
 * The model API; `undefined` where there is no key.
 *
 * @throws UnavailableError `BadApiKey`, or InputError for an address that is none; neither quotes what it has got
 */
export function modelApiOf(world: Environment): Api | undefined {
  const apiKey = apiKeyOf(world);
  if (apiKey === undefined) return undefined;
  const baseURL = baseUrlOf(world);
  const protocol = URL.canParse(baseURL) ? new URL(baseURL).protocol : undefined;
  if (protocol === 'https:' || protocol === 'http:') {
    checkPath(baseURL, gatewayIn(world.env) ? 'FANFOLD_GATEWAY' : 'ANTHROPIC_BASE_URL');
    return { apiKey, baseURL };
  }
  throw new InputError(
    `Expected ${gatewayIn(world.env) ? 'FANFOLD_GATEWAY' : 'ANTHROPIC_BASE_URL'} to be a URL such as https://api.anthropic.com, got ${protocol === undefined ? 'something that is none' : `\`${protocol}…\``}.`,
    'Unset it to ask Anthropic itself. Characters such as @ : / # % in a password are written as %40 %3A %2F %23 %25.',
  );
}

/** Other clients are given the address with `/v1`: here it would be asked for `/v1/v1/messages`. */
function checkPath(baseURL: string, name: string): void {
  const withoutVersion = baseURL.replace(/\/v1(\/messages)?$/, '');
  if (withoutVersion === baseURL) return;
  throw new InputError(
    `Expected ${name} without \`/v1\`, which each request adds, got \`${shownAddress(baseURL)}\`.`,
    `Set it to ${shownAddress(withoutVersion)}.`,
  );
}
