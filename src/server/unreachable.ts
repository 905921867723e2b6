import { isGrpcServiceError } from '@temporalio/client';

import { UnavailableError } from '../contract/errors.js';
import { shownAddress } from '../secrets/index.js';
import { connectFailure } from './probe.js';
import type { ServerConnectionOptions } from './temporal-server.js';

const reasons: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name cannot be looked up',
  ETIMEDOUT: 'the host does not answer',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
};

const permissionDenied = 7;
const unauthenticated = 16;

/** The message about a configured server that cannot be used. */
export async function unreachable(
  { address, tls }: ServerConnectionOptions,
  source: string,
  error: unknown,
): Promise<UnavailableError> {
  const advice = `Check ${source}, or unset it to use the embedded server.`;
  const cause = (error as Error).cause ?? error;
  if (isGrpcServiceError(cause) && (cause.code === permissionDenied || cause.code === unauthenticated)) {
    return new UnavailableError(
      'ServerRefused',
      `The Temporal server at ${shownAddress(address)} refuses the connection: ${cause.details}.`,
      'Check TEMPORAL_API_KEY or the client certificate, and TEMPORAL_NAMESPACE.',
      error,
    );
  }
  const [, host = address, port = '7233'] = /^\[?([^\]]*)\]?:(\d+)$/.exec(address) ?? [];
  const failure = await connectFailure(host, Number(port), 900);
  const reason =
    failure === undefined
      ? `something listens there, but not a Temporal server that can be reached ${tls ? 'with' : 'without'} TLS`
      : (reasons[failure] ?? failure);
  return new UnavailableError(
    'ServerUnavailable',
    `The Temporal server at ${shownAddress(address)} (from ${source}) does not answer: ${reason}.`,
    advice,
    error,
  );
}
