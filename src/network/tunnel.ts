import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';

import { buildConnector } from 'undici';

import { placeOf } from './no-proxy.js';

/** Longest wait for a proxy's answer, in milliseconds: undici's own for a connection. */
const answerWithinMs = 10_000;

/** The refusal of a proxy. */
class ProxyRefused extends Error {
  override readonly name = 'ProxyRefused';
  /** As undici names what it throws: such an error is one of the connection. */
  readonly code = 'UND_ERR_PROXY_REFUSED';
}

/**
 * Connects through a proxy, by `CONNECT`; TLS is spoken with the host at the other end.
 *
 * @param addressOf what the proxy is given of a host, by default its name
 */
export function tunnel(
  proxy: URL,
  addressOf: (hostname: string) => Promise<string> = async (hostname) => hostname,
): buildConnector.connector {
  const secure = buildConnector({});
  return (target, connected) => {
    const place = placeOf(new URL(`${target.protocol}//${target.host ?? target.hostname}`));
    const port = Number(target.port) || place.port;
    addressOf(place.host)
      .then((address) => open(proxy, `${address.includes(':') ? `[${address}]` : address}:${port}`))
      .then(
        (socket) =>
          target.protocol === 'https:' ? secure({ ...target, httpSocket: socket }, connected) : connected(null, socket),
        (error: Error) => connected(error, null),
      );
  };
}

function open(proxy: URL, authority: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const { request } = proxy.protocol === 'https:' ? https : http;
    const asking = request({
      host: placeOf(proxy).host,
      port: placeOf(proxy).port,
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...authorizationOf(proxy) },
      agent: false,
    });
    asking.setTimeout(answerWithinMs, () => {
      asking.destroy(new ProxyRefused(`The proxy ${proxy.host} does not answer for ${answerWithinMs / 1_000} s`));
    });
    asking.once('connect', ({ statusCode }, socket, head) => {
      socket.setTimeout(0);
      if (statusCode === 200) {
        if (head.length > 0) socket.unshift(head);
        return resolve(socket as Socket);
      }
      socket.on('error', () => {}).destroy();
      const more = statusCode === 407 ? ': it wants a user and a password, as in http://user:password@host' : '';
      return reject(new ProxyRefused(`The proxy ${proxy.host} answers ${statusCode} for ${authority}${more}`));
    });
    asking.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error instanceof ProxyRefused ? error.message : `The proxy ${proxy.host}: ${error.message}`;
      reject(new ProxyRefused(reason, { cause: error }));
    });
    asking.end();
  });
}

/** The header that a proxy's user and password make. */
export function authorizationOf({ username, password }: URL): { 'proxy-authorization'?: string } {
  if (username + password === '') return {};
  const pair = [username, password].map(decoded).join(':');
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A `%` that encodes nothing is meant as it stands.
    return text;
  }
}
