import type { IncomingMessage } from 'node:http';

import { unnamedClient } from '../../contract/gateway.js';
import type { GatewaySettings } from './settings.js';

/** Who asks, or why they may not. */
export type Entrance = { client: string } | { status: 401 | 403; why: string };

/**
 * Decides who may ask.
 *
 * GatewayDoor-1. No web page may: a browser names the page in `origin`, or says by `sec-fetch-site` that there is one.
 * GatewayDoor-2. Where no tokens are asked for, the request must be meant for this machine: a name that a foreign page had resolved to
 *     127.0.0.1 is not (DNS rebinding).
 * GatewayDoor-3. Where tokens are asked for, nobody without one learns anything.
 */
export function entranceOf(
  { headers }: Pick<IncomingMessage, 'headers'>,
  { clients, listen }: Pick<GatewaySettings, 'clients' | 'listen'>,
): Entrance {
  const site = headers['sec-fetch-site'];
  if (headers.origin !== undefined || (site !== undefined && site !== 'none')) {
    return { status: 403, why: 'The gateway answers programs, no web pages.' };
  }
  if (clients === undefined) {
    // No name leads to a socket.
    if (listen.kind === 'unix') return { client: unnamedClient };
    const { host = '' } = headers;
    if (/^(127(\.\d+){3}|\[::1\]|localhost)(:\d+)?$/i.test(host)) return { client: unnamedClient };
    return { status: 403, why: 'Expected the gateway to be asked as 127.0.0.1, [::1] or localhost.' };
  }
  const client = clients.clientOf(headers);
  if (client !== undefined) return { client };
  return { status: 401, why: "Expected a client's token of this gateway as `x-api-key` or `Authorization: Bearer`." };
}
