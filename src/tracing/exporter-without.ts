import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';

import type { Secrets } from '../secrets/index.js';

/**
 * An exporter that takes secrets out of spans: out of names, attributes, events and errors.
 *
 * @param lost told why spans could not be sent: OpenTelemetry tells nobody
 */
export function exporterWithout(
  secrets: Secrets,
  exporter: SpanExporter,
  lost: (error: Error | undefined) => void = () => {},
): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(
        spans.map((span) => without(secrets, span)),
        (result) => {
          if (result.code !== exported) lost(result.error);
          done(result);
        },
      ),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

/** `ExportResultCode.SUCCESS` of OpenTelemetry. */
const exported = 0;

function without(secrets: Secrets, span: ReadableSpan): ReadableSpan {
  const { name, attributes, events, status } = span;
  const own = secrets.value({ name, attributes, events, status });
  if (own.name === name && own.attributes === attributes && own.events === events && own.status === status) return span;
  // Everything else is the span's own.
  return Object.create(span, Object.getOwnPropertyDescriptors(own)) as ReadableSpan;
}
