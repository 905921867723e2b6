import { SpanStatusCode } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { expect, it } from 'vitest';

import { Secrets } from '../../src/secrets/index.js';
import { exporterWithout } from '../../src/tracing/exporter-without.js';
import { lostTo } from '../../src/tracing/lost-to.js';

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

it('tells why spans were lost, and hides what is secret in the address', () => {
  const why: (Error | undefined)[] = [];
  const refused = Object.assign(new Error('Not Found'), { code: 404 });
  const failing = new InMemorySpanExporter();
  failing.export = (_, done) => done({ code: 1, error: refused });
  exporterWithout(new Secrets({}), failing, (error) => why.push(error)).export([], () => {});
  expect(why).toEqual([refused]);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://me:${token}@collector.example:4317` };
  expect(lostTo(env, why[0], new Secrets(env))).toBe(
    'Traces could not be sent to http://collector.example:4317: it answered 404. Port 4317 is mostly for gRPC; OTLP over HTTP has 4318.',
  );
  const other = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example:4318' };
  expect(lostTo(other, new Error('connect ECONNREFUSED'), new Secrets(other))).toBe(
    'Traces could not be sent to http://collector.example:4318: connect ECONNREFUSED.',
  );
});
