import { InputError } from '../contract/errors.js';
import { shownAddress } from '../secrets/index.js';
import { isExcepted, isLoopback, placeOf } from './no-proxy.js';

/** The variables that name the proxy of a scheme, the first that is set. */
const variables: Record<string, readonly string[]> = {
  'http:': ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'],
  'https:': ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'],
};

/**
 * The proxy that a URL is asked through: HTTP_PROXY, HTTPS_PROXY and ALL_PROXY say it, NO_PROXY what is asked directly. Each is
 * read in both cases, the lower one first. This machine is always asked directly.
 *
 * @returns undefined for the direct way
 * @throws InputError for a proxy that is no HTTP proxy; its password is not quoted
 */
export function proxyOf(url: URL, env: NodeJS.ProcessEnv): URL | undefined {
  const name = variables[url.protocol]?.find((each) => env[each]?.trim());
  if (name === undefined || isLoopback(url.hostname)) return undefined;
  if (isExcepted(env['no_proxy'] || env['NO_PROXY'] || '', placeOf(url))) return undefined;
  return proxyIn(name, env[name]!.trim());
}

function proxyIn(name: string, value: string): URL {
  // As curl reads it: an address without a scheme is that of an HTTP proxy.
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const proxy = URL.canParse(address) ? new URL(address) : undefined;
  if (proxy !== undefined && /^https?:$/.test(proxy.protocol)) return proxy;
  throw new InputError(
    `Expected ${name} to be an HTTP proxy such as http://proxy.example:3128, got \`${shownAddress(address)}\`.`,
    'Name an HTTP proxy, unset the variable, or put the host into NO_PROXY. SOCKS proxies are not spoken to.',
  );
}

/** The way to a URL, in words: `directly`, or the proxy without its password. */
export function wayTo(url: URL, env: NodeJS.ProcessEnv): string {
  const proxy = proxyOf(url, env);
  return proxy === undefined ? 'directly' : `through the proxy ${shownAddress(proxy.origin)}`;
}
