import { strangerOn } from './port-owner.js';
import { askServer, isListening, versionOf } from './probe.js';
import type { TemporalServer } from './temporal-server.js';
import { findWebUi } from './web-ui.js';

/** The port at which Temporal servers listen unless told otherwise. */
const defaultPort = 7233;

/** Milliseconds within which a listener must answer as Temporal to count as a server. */
const answerWithinMs = 3_000;

/**
 * The Temporal server on 127.0.0.1:7233, if there is one. Other programs that listen there are left alone, and so is another
 * person's server on the same machine: TEMPORAL_ADDRESS makes fanfold use that one.
 */
export async function findDefaultPortServer(
  env: NodeJS.ProcessEnv,
  port = defaultPort,
): Promise<TemporalServer | undefined> {
  if (!(await isListening(port)) || (await strangerOn(port)) !== undefined) return undefined;
  const connectionOptions = { address: `127.0.0.1:${port}` };
  try {
    const version = await askServer(connectionOptions, answerWithinMs, versionOf);
    return {
      kind: 'default-port',
      ...connectionOptions,
      namespace: env['TEMPORAL_NAMESPACE'] || 'default',
      connectionOptions,
      uiUrl: await findWebUi(connectionOptions, env),
      ...(version !== '' && { version }),
    };
  } catch {
    return undefined;
  }
}
