import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { trace } from '@opentelemetry/api';
import { NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { expect, it, onTestFinished, vi } from 'vitest';

import { startTracing } from '../../src/tracing/index.js';
import { resourceOf } from '../../src/tracing/resource-of.js';
import { traceExporter } from '../../src/tracing/trace-exporter.js';

const named = { OTEL_RESOURCE_ATTRIBUTES: 'service.name=readers, deployment.environment.name=a%2Cb,team=' };

it.each([
  [{}, { 'service.name': 'fanfold', 'service.version': '1.2.3' }],
  [named, { 'service.name': 'readers', 'deployment.environment.name': 'a,b', team: '', 'service.version': '1.2.3' }],
  [
    { ...named, OTEL_SERVICE_NAME: 'writers' },
    { 'service.name': 'writers', 'deployment.environment.name': 'a,b' },
  ],
  // One that cannot be read: none is taken.
  [{ OTEL_RESOURCE_ATTRIBUTES: 'team=a,=b' }, { 'service.name': 'fanfold' }],
])('has the attributes of the resource that the variables name: %o', (env, attributes) => {
  expect(resourceOf(env, '1.2.3').attributes).toMatchObject(attributes);
  expect('team' in resourceOf({ OTEL_RESOURCE_ATTRIBUTES: 'team=a,=b' }, '1').attributes).toBe(false);
});

it.each(['OTEL_EXPORTER_OTLP_PROTOCOL', 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'])('refuses gRPC, by %s', async (name) => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317', [name]: 'grpc' };
  await expect(startTracing(env, '1')).rejects.toThrow(
    `Expected \`${name}\` to be \`http/json\` or \`http/protobuf\`, got \`grpc\`.`,
  );
  // Nothing is sent: nobody has to speak it.
  expect(await startTracing({ ...env, OTEL_SDK_DISABLED: 'true' }, '1')).toBeUndefined();
});

it('sends Protobuf where that is asked for', async () => {
  const server = createServer((request, response) => {
    types.push(request.headers['content-type'] ?? '');
    request.resume().on('end', () => response.end());
  });
  const types: string[] = [];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const exporter = traceExporter({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' });
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  provider.getTracer('test').startSpan('one').end();
  await provider.shutdown();
  expect(types).toEqual(['application/x-protobuf']);
});

it('sends every span of a run with more branches than are sent at once, its own last', async () => {
  const sent: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        for (const [, name = ''] of Buffer.concat(chunks)
          .toString()
          .matchAll(/"name":"(run|branch)"/g))
          sent.push(name);
        response.end('{}');
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    trace.disable();
  });
  const tracing = await startTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, '1');
  const tracer = trace.getTracer('test');
  await tracing!.within('run', async () => {
    for (let count = 0; count < 5_000; count += 1) tracer.startSpan('branch').end();
  });
  await tracing!.stop();
  expect(sent.filter((name) => name === 'branch')).toHaveLength(5_000);
  expect(sent.at(-1)).toBe('run');
});
