import { isGrpcServiceError } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ClientConnectConfig } from '@temporalio/envconfig';

import { UnavailableError } from '../contract/errors.js';
import { shownAddress } from '../secrets/index.js';
import { askServer, versionOf } from './probe.js';
import type { ServerConnectionOptions, TemporalServer } from './temporal-server.js';
import { unreachable } from './unreachable.js';
import { findWebUi } from './web-ui.js';

/** Longest wait for an answer, in milliseconds. Finding out why there was none may take as long again. */
const answerWithinMs = 4_000;

const notFound = 5;

/**
 * The server that the user has configured, through TEMPORAL_ADDRESS or a profile; undefined when none is.
 *
 * @throws UnavailableError within five seconds when it cannot be used: nothing else is used in its place
 */
export async function findConfiguredServer(env: NodeJS.ProcessEnv): Promise<TemporalServer | undefined> {
  const { namespace = 'default', connectionOptions } = loadConfig(env);
  const address = connectionOptions.address ?? (env['TEMPORAL_PROFILE'] ? 'localhost:7233' : undefined);
  if (!address) return undefined;
  checkAddress(address, sourceOf(env));
  const options = { ...definedOf(connectionOptions), address } as ServerConnectionOptions;
  const version = await askServer(options, answerWithinMs, async (connection) => {
    await checkNamespace(connection, namespace, address);
    return versionOf(connection);
  }).catch(async (error: unknown) => {
    throw error instanceof UnavailableError ? error : await unreachable(options, sourceOf(env), error);
  });
  const uiUrl = await findWebUi(options, env);
  return {
    kind: 'configured',
    address,
    namespace,
    connectionOptions: options,
    uiUrl,
    ...(version !== '' && { version }),
  };
}

function loadConfig(env: NodeJS.ProcessEnv): ClientConnectConfig {
  try {
    // A variable set to nothing is meant as unset.
    const set = Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1]));
    const config = loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(set) });
    const { apiKey } = config.connectionOptions;
    // gRPC's own error would quote the value.
    if (typeof apiKey === 'string' && !/^[\x21-\x7E]+$/.test(apiKey)) {
      throw new Error('the API key has white space, control or other characters in it that no key has.');
    }
    return config;
  } catch (error) {
    throw new UnavailableError(
      'BadTemporalConfig',
      // Further lines of the error show a part of the file, which holds keys.
      `Temporal's configuration cannot be read: ${(error as Error).message.split('\n')[0]}`,
      'Check TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE, TEMPORAL_API_KEY and the TEMPORAL_TLS variables.',
      error,
    );
  }
}

/** Addresses are pasted with the scheme of the Web UI beside it. */
function checkAddress(address: string, source: string): void {
  const [, rest] = /^[a-z][a-z0-9+.-]*:\/\/(.*)$/is.exec(address) ?? [];
  if (rest === undefined) return;
  throw new UnavailableError(
    'BadTemporalConfig',
    `Expected the address of the Temporal server (from ${source}) to be \`host:port\` without a scheme, got \`${shownAddress(address)}\`.`,
    `Write ${shownAddress(rest.replace(/[/?#].*$/s, ''))}. TLS is asked for by TEMPORAL_TLS=true.`,
  );
}

async function checkNamespace({ workflowService }: Connection, namespace: string, address: string): Promise<void> {
  try {
    await workflowService.describeNamespace({ namespace });
  } catch (error) {
    if (!isGrpcServiceError(error)) throw error;
    // Another refusal may be a matter of permissions; running workflows may be permitted all the same.
    if (error.code !== notFound) return;
    throw new UnavailableError(
      'NoNamespace',
      `The Temporal server at ${shownAddress(address)} has no namespace \`${namespace}\`.`,
      'Set TEMPORAL_NAMESPACE to one it has, or make it: temporal operator namespace create.',
      error,
    );
  }
}

function sourceOf(env: NodeJS.ProcessEnv): string {
  if (env['TEMPORAL_ADDRESS']) return 'TEMPORAL_ADDRESS';
  return env['TEMPORAL_PROFILE'] ? `the profile \`${env['TEMPORAL_PROFILE']}\`` : "Temporal's configuration file";
}

function definedOf<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
