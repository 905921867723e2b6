import { Secrets } from '../secrets/index.js';
import { protocolOf } from './protocol-of.js';
import type { Tracing } from './start-tracing.js';

export type { Tracing } from './start-tracing.js';

/**
 * Sets up tracing for this process. That needs OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, and neither
 * OTEL_SDK_DISABLED nor OTEL_TRACES_EXPORTER=none; without, the result is `undefined`.
 *
 * @param version of the program
 * @param secrets taken out of what is sent; by default those of the environment
 * @throws InputError for a protocol other than HTTP
 */
export async function startTracing(
  env: NodeJS.ProcessEnv,
  version: string,
  secrets = new Secrets(env),
): Promise<Tracing | undefined> {
  if (!isWanted(env)) return undefined;
  protocolOf(env);
  // Loaded on demand: it takes longer than most commands.
  return (await import('./start-tracing.js')).startTracing(env, version, secrets);
}

function isWanted(env: NodeJS.ProcessEnv): boolean {
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  return (
    Boolean(endpoint) && env['OTEL_SDK_DISABLED']?.toLowerCase() !== 'true' && env['OTEL_TRACES_EXPORTER'] !== 'none'
  );
}
