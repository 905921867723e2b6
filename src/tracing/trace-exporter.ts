import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { createOtlpNetworkExportDelegate, OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import type { IExporterTransport } from '@opentelemetry/otlp-exporter-base';
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';
import { fetch } from 'undici';

import { connectionsBy } from '../network/connections.js';
import { proxyOf } from '../network/index.js';
import { protocolOf } from './protocol-of.js';

type HttpOptions = ReturnType<typeof convertLegacyHttpOptions>;

/**
 * The exporter that OpenTelemetry's variables describe. Its own knows no proxy: where there is one, spans are sent without it, and a
 * batch that is refused is not sent again.
 */
export function traceExporter(env: NodeJS.ProcessEnv): SpanExporter {
  const isJson = protocolOf(env) === 'http/json';
  const type = isJson ? 'application/json' : 'application/x-protobuf';
  const options = convertLegacyHttpOptions({}, 'TRACES', 'v1/traces', { 'content-type': type });
  const serializer = isJson ? JsonTraceSerializer : ProtobufTraceSerializer;
  const isDirect = proxyOf(new URL(options.url), env) === undefined;
  if (isDirect && isJson) return new OTLPTraceExporter();
  return new OTLPExporterBase<ReadableSpan[]>(
    isDirect
      ? createOtlpHttpExportDelegate(options, serializer)
      : createOtlpNetworkExportDelegate(options, serializer, transportBy(env, options)),
  );
}

function transportBy(env: NodeJS.ProcessEnv, { url, headers, compression }: HttpOptions): IExporterTransport {
  const dispatcher = connectionsBy(env);
  const isZipped = (compression as string) === 'gzip';
  return {
    async send(spans, timeoutMs) {
      try {
        const answer = await fetch(url, {
          method: 'POST',
          headers: { ...headers(), ...(isZipped && { 'content-encoding': 'gzip' }) },
          body: isZipped ? await promisify(gzip)(spans) : spans,
          redirect: 'manual',
          signal: AbortSignal.timeout(timeoutMs),
          dispatcher,
        });
        await answer.body?.cancel();
        return answer.ok
          ? { status: 'success' }
          : { status: 'failure', error: new Error(`The collector answers ${answer.status}`) };
      } catch (error) {
        return { status: 'failure', error: error as Error };
      }
    },
    shutdown: () => void dispatcher.close().catch(() => {}),
  };
}
