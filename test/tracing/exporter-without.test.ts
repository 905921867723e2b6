import { SpanStatusCode } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { expect, it } from 'vitest';

import { Secrets } from '../../src/secrets/index.js';
import { exporterWithout } from '../../src/tracing/exporter-without.js';

const token = 'made-up-token-1';

it('sends spans without secrets in their name, attributes, events and errors, and everything else as it was', async () => {
  const memory = new InMemorySpanExporter();
  const exporter = exporterWithout(new Secrets({ GITHUB_TOKEN: token }), memory);
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer('test');
  const span = tracer.startSpan(`asks ${token}`, {
    attributes: { url: `http://me:${token}@host`, count: 3, of: [token] },
  });
  span.addEvent('refused', { header: token });
  span.recordException(new Error(`Bearer ${token}`));
  span.setStatus({ code: SpanStatusCode.ERROR, message: `Bearer ${token}` }).end();
  tracer.startSpan('another', { attributes: { count: 4 } }).end();
  const [sent, plain] = memory.getFinishedSpans();
  const { name, attributes, events, status } = sent!;
  expect(JSON.stringify({ name, attributes, events, status })).not.toContain(token);
  expect(attributes).toEqual({ url: 'http://me:[redacted]@host', count: 3, of: ['[redacted]'] });
  expect(status).toEqual({ code: SpanStatusCode.ERROR, message: 'Bearer [redacted]' });
  expect(sent!.spanContext()).toEqual(span.spanContext());
  expect(sent!.duration).toEqual(expect.any(Array));
  expect(plain!.attributes).toEqual({ count: 4 });
  await provider.shutdown();
});
