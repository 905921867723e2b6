import { request as requestPlain } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { Duplex } from 'node:stream';

import { UnavailableError } from '../../contract/errors.js';
import type { GatewayAddress } from '../protocol/address.js';
import { drainingStatus, linkPath, linkProtocol } from '../protocol/frames.js';

/** Longest wait for a gateway to take a connection, in milliseconds. */
const connectTimeoutMs = 10_000;

/** Bytes that came right behind the answer to the upgrade belong to the link: they are put back. */
export function connectLink(address: GatewayAddress, token: string | undefined): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const options = {
      ...(address.kind === 'unix'
        ? { socketPath: address.path, host: 'localhost' }
        : { host: address.host, port: address.port }),
      path: linkPath,
      agent: false,
      headers: {
        connection: 'Upgrade',
        upgrade: linkProtocol,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      timeout: connectTimeoutMs,
    } as const;
    const request = (address.kind === 'tcp' && address.secure ? requestSecure : requestPlain)(options);
    request.once('timeout', () => request.destroy(new Error(`no answer within ${connectTimeoutMs / 1_000} s`)));
    request.once('error', reject);
    request.once('response', (response: IncomingMessage) => {
      request.destroy();
      reject(refusal(address, response.statusCode ?? 0));
    });
    request.once(
      'upgrade',
      (_: IncomingMessage, socket: Duplex & { setKeepAlive?: (on: boolean, ms: number) => void }, head: Buffer) => {
        if (head.length > 0) socket.unshift(head);
        socket.setKeepAlive?.(true, 10_000);
        resolve(socket);
      },
    );
    request.end();
  });
}

function refusal({ shown }: GatewayAddress, status: number): Error {
  // Another one will take its place.
  if (status === drainingStatus) return new Error('it is about to end');
  if (status === 401 || status === 403) {
    return new UnavailableError(
      'GatewayRefuses',
      `The gateway at ${shown} does not let this worker in (${status}).`,
      'Set FANFOLD_GATEWAY_TOKEN to a token that `fanfold gateway token NAME` has made for it.',
    );
  }
  return new UnavailableError(
    'NoGateway',
    `What listens at ${shown} is no gateway of this version of fanfold: it answered ${status}.`,
    'Set FANFOLD_GATEWAY to the address that `fanfold gateway` shows.',
  );
}
