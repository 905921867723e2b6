import { Agent, Pool } from 'undici';
import type { Dispatcher } from 'undici';

import { gatewaySocketOrigin } from '../contract/gateway.js';
import { proxyOf } from './proxy-of.js';
import { authorizationOf, tunnel } from './tunnel.js';

/**
 * Connections to any origin, each the way that the environment says: directly or through a proxy.
 *
 * @param options of each origin's pool
 */
export function connectionsBy(env: NodeJS.ProcessEnv, options: Pool.Options = {}): Agent {
  return new Agent({
    ...options,
    factory: (origin) => {
      const url = new URL(origin);
      const socketPath = socketPathOf(url, env);
      if (socketPath !== undefined) return new Pool(url.origin, { ...options, socketPath });
      const proxy = proxyOf(url, env);
      if (proxy === undefined) return new Pool(url.origin, options);
      if (url.protocol === 'http:') return forwarding(proxy, url, options);
      return new Pool(url.origin, { ...options, connect: tunnel(proxy) });
    },
  });
}

function socketPathOf({ origin }: URL, env: NodeJS.ProcessEnv): string | undefined {
  const address = env['FANFOLD_GATEWAY'] ?? '';
  return origin === gatewaySocketOrigin && address.startsWith('unix:') ? address.slice('unix:'.length) : undefined;
}

/** Asks a proxy for whole addresses: many let `CONNECT` through to port 443 alone. */
function forwarding(proxy: URL, { origin, host }: URL, options: Pool.Options): Dispatcher {
  const own = Object.entries({ host, ...authorizationOf(proxy) });
  return new Pool(proxy.origin, options).compose((dispatch) => (asked, handler) => {
    const headers = [
      ...pairsOf(asked.headers).filter(([name]) => !Object.hasOwn(Object.fromEntries(own), name.toLowerCase())),
      ...own,
    ];
    return dispatch(
      { ...asked, origin: proxy.origin, path: `${origin}${asked.path}`, headers: headers.flat() },
      handler,
    );
  });
}

function pairsOf(headers: Dispatcher.DispatchOptions['headers']): [string, string][] {
  if (!headers) return [];
  if (Array.isArray(headers) && typeof headers[0] === 'string') {
    const flat = headers as string[];
    return flat.flatMap((name, at): [string, string][] => (at % 2 === 0 ? [[name, flat[at + 1] ?? '']] : []));
  }
  const entries = (Symbol.iterator in headers ? [...headers] : Object.entries(headers)) as [
    string,
    string | string[],
  ][];
  return entries.flatMap(([name, value]) => [value].flat().map((each): [string, string] => [name, String(each)]));
}
