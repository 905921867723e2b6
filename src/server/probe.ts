import { Connection } from '@temporalio/client';
import { connect } from 'node:net';

import { channelArgsTo } from '../network/index.js';
import type { ServerConnectionOptions } from './temporal-server.js';

/**
 * Connects, asks, and closes the connection.
 *
 * @param withinMs for all of it, in milliseconds
 * @throws whatever the connection or the server says
 */
export async function askServer<T>(
  options: ServerConnectionOptions,
  withinMs: number,
  ask: (connection: Connection) => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  // `lazy` instead of `connect`, which leaves a failed connection open.
  const connection = Connection.lazy({
    ...options,
    connectTimeout: withinMs,
    channelArgs: channelArgsTo(options.address),
  });
  try {
    await connection.ensureConnected();
    return await connection.withDeadline(deadline, () => ask(connection));
  } finally {
    await connection.close();
  }
}

/** The server's version, such as `1.32.0`; empty when it does not say. */
export async function versionOf(connection: Connection): Promise<string> {
  return (await connection.workflowService.getSystemInfo({})).serverVersion ?? '';
}

/** The reason why no connection can be made, such as `ECONNREFUSED` or `ETIMEDOUT`; undefined when one can. */
export function connectFailure(host: string, port: number, withinMs = 500): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (failure: string | undefined) => {
      socket.destroy();
      resolve(failure);
    };
    socket.setTimeout(withinMs, () => done('ETIMEDOUT'));
    socket.once('connect', () => done(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
  });
}

/** Whether something accepts connections on that port of 127.0.0.1. */
export async function isListening(port: number): Promise<boolean> {
  return (await connectFailure('127.0.0.1', port)) === undefined;
}
