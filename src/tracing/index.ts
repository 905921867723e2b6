import type { Tracing } from './start-tracing.js';

export type { Tracing } from './start-tracing.js';

/**
 * Sets up tracing for this process where OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is set, and neither
 * OTEL_SDK_DISABLED nor OTEL_TRACES_EXPORTER=none; `undefined` where it is not.
 *
 * @param version of the program
 */
export async function startTracing(env: NodeJS.ProcessEnv, version: string): Promise<Tracing | undefined> {
  if (!isWanted(env)) return undefined;
  // Loaded on demand: it takes longer than most commands.
  return (await import('./start-tracing.js')).startTracing(env, version);
}

function isWanted(env: NodeJS.ProcessEnv): boolean {
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  return (
    Boolean(endpoint) && env['OTEL_SDK_DISABLED']?.toLowerCase() !== 'true' && env['OTEL_TRACES_EXPORTER'] !== 'none'
  );
}
