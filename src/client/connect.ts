import { Client, Connection } from '@temporalio/client';
import type { ClientInterceptors, ConnectionOptions, DataConverter } from '@temporalio/client';

import { UnavailableError } from '../contract/errors.js';
import { channelArgsTo } from '../network/index.js';
import { dataConverter as defaultConverter } from '../payloads/index.js';

/** The address of a Temporal server, and the identity to call it with. */
export interface ServerAddress {
  connectionOptions: ConnectionOptions;
  namespace: string;
  /** The converter of event history, made by `dataConverter`. By default nothing is encrypted. */
  dataConverter?: DataConverter;
  /** Interceptors of the client's calls, such as those of tracing. */
  interceptors?: ClientInterceptors | undefined;
}

// The SDK asks for 128 MB under a misspelt name and is left with gRPC's 4 MB, too little for a long history.
const channelArgs = { 'grpc.max_receive_message_length': 128 * 1_024 * 1_024 };

/** Where Temporal's client goes that is told nothing. */
const defaultAddress = 'localhost:7233';

/**
 * A Temporal client for that server.
 *
 * @throws UnavailableError when it does not answer within five seconds
 */
export async function connectClient({
  connectionOptions,
  namespace,
  dataConverter = defaultConverter(),
  interceptors = {},
}: ServerAddress): Promise<Client> {
  const connection = Connection.lazy({
    connectTimeout: '5s',
    ...connectionOptions,
    channelArgs: {
      ...channelArgs,
      ...channelArgsTo(connectionOptions.address ?? defaultAddress),
      ...connectionOptions.channelArgs,
    },
  });
  try {
    await connection.ensureConnected();
    return new Client({ connection, namespace, dataConverter, interceptors });
  } catch (error) {
    // An open connection would go on trying, and keep the process alive.
    await connection.close();
    throw new UnavailableError(
      'ServerUnavailable',
      `The Temporal server at ${connectionOptions.address ?? defaultAddress} does not answer: ${(error as Error).message}`,
      'Check the address, or unset TEMPORAL_ADDRESS to use the embedded server.',
      error,
    );
  }
}
