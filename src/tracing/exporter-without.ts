import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';

import type { Secrets } from '../secrets/index.js';

/** An exporter that takes secrets out of spans: out of names, attributes, events and errors. */
export function exporterWithout(secrets: Secrets, exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(
        spans.map((span) => without(secrets, span)),
        done,
      ),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

function without(secrets: Secrets, span: ReadableSpan): ReadableSpan {
  const { name, attributes, events, status } = span;
  const own = secrets.value({ name, attributes, events, status });
  if (own.name === name && own.attributes === attributes && own.events === events && own.status === status) return span;
  // Everything else is the span's own.
  return Object.create(span, Object.getOwnPropertyDescriptors(own)) as ReadableSpan;
}
