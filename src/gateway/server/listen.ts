import { lstat, mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';

import { UnavailableError } from '../../contract/errors.js';
import type { GatewayAddress } from '../protocol/address.js';
import type { GatewaySettings } from './settings.js';

/** A server that clients keep connections to, and send large bodies over slow lines. */
export function httpServer(tls: GatewaySettings['tls']): Server {
  const server: Server = tls === undefined ? createServer() : (createSecureServer(tls) as unknown as Server);
  // A pool is about to use a connection that Node would close after 5 s; a large body takes a slow line longer than Node's 300 s.
  server.keepAliveTimeout = 75_000;
  server.headersTimeout = 90_000;
  server.requestTimeout = 0;
  return server;
}

/**
 * Has a server listen. A Unix socket is its maker's alone; one that nobody listens at any more is replaced.
 *
 * @returns where, as `FANFOLD_GATEWAY` takes it
 * @throws UnavailableError `GatewayNotStarted`
 */
export async function listen(server: Server, address: GatewayAddress, secure: boolean): Promise<string> {
  try {
    if (address.kind === 'unix') {
      await mkdir(dirname(address.path), { recursive: true, mode: 0o700 });
      await removeStale(address.path);
      // The socket is made when `listen` is called, with the rights that are left then.
      const before = process.umask(0o177);
      const made = listening(server, { path: address.path });
      process.umask(before);
      await made;
      return address.shown;
    }
    await listening(server, { host: address.host, port: address.port });
  } catch (error) {
    throw new UnavailableError(
      'GatewayNotStarted',
      `The gateway cannot listen at ${address.shown}: ${(error as Error).message}.`,
      'End what listens there, or choose another --listen.',
    );
  }
  const { address: host, port } = server.address() as AddressInfo;
  return `${secure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function listening(server: Server, options: { path: string } | { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Removes a socket whose process was killed. Anything else that stands there stays. */
async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error('something else than a socket stands there');
  const isLive = await new Promise<boolean>((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => resolve(true)).once('error', () => resolve(false));
    probe.once('connect', () => probe.destroy());
  });
  if (!isLive) await rm(path, { force: true });
}
