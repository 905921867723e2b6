import { shownAddress } from '../secrets/index.js';
import type { Secrets } from '../secrets/index.js';

/** Says that spans were lost, to whom and why. */
export function lostTo(env: NodeJS.ProcessEnv, error: Error | undefined, secrets: Secrets): string {
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT'] || '';
  const { code, message = '' } = (error ?? {}) as { code?: unknown; message?: string };
  const why = typeof code === 'number' ? `it answered ${code}` : message || 'nobody says why';
  // The collector's own default for gRPC: https://opentelemetry.io/docs/specs/otlp/#otlpgrpc-default-port.
  const hint = /:4317(\/|$)/.test(endpoint) ? ' Port 4317 is mostly for gRPC; OTLP over HTTP has 4318.' : '';
  return secrets.text(`Traces could not be sent to ${shownAddress(endpoint)}: ${why}.${hint}`);
}
