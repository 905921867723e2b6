import { SpanStatusCode, trace } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/api';
import type { ClientInterceptors } from '@temporalio/client';
import type { WorkerInterceptors, WorkerOptions } from '@temporalio/worker';

import type { Secrets } from '../secrets/index.js';
import { exporterWithout } from './exporter-without.js';
import { lostTo } from './lost-to.js';

/** The tracing of a process. Spans are sent by OTLP over HTTP, as OpenTelemetry's own variables say. */
export interface Tracing {
  /** Interceptors for the client. */
  clientInterceptors: ClientInterceptors;
  /** Interceptors for the worker's activities. */
  activityInterceptors: NonNullable<WorkerInterceptors['activity']>;
  /** Sinks for the worker, which take the spans out of the sandbox. */
  sinks: NonNullable<WorkerOptions['sinks']>;
  /** Runs work as a span that everything below it belongs to. */
  within<Value>(name: string, work: () => Promise<Value>): Promise<Value>;
  /**
   * Sends the remaining spans; gives up after a while.
   *
   * @returns where spans were lost, a sentence that says why, without secrets
   */
  stop(): Promise<string | undefined>;
}

/** Longest wait for the last spans to be sent, in milliseconds. */
const stopWithinMs = 3_000;

/**
 * Spans that wait to be sent, at most; OTEL_BSP_MAX_QUEUE_SIZE says otherwise. With OpenTelemetry's 2,048 a wide run whose answers are all in the
 * journal loses what ends last, its own span first of all.
 */
const maxQueueSize = 32_768;

/**
 * Sets up tracing for this process.
 *
 * @param version of the program
 * @param secrets taken out of what is sent
 */
export async function startTracing(env: NodeJS.ProcessEnv, version: string, secrets: Secrets): Promise<Tracing> {
  const [{ NodeTracerProvider, BatchSpanProcessor }, { resourceOf }, { traceExporter }, client, worker] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-node'),
      import('./resource-of.js'),
      import('./trace-exporter.js'),
      // The package's root would load the sandbox's part, too.
      import('@temporalio/interceptors-opentelemetry/lib/client/index.js'),
      import('@temporalio/interceptors-opentelemetry/lib/worker/index.js'),
    ]);
  const resource = resourceOf(env, version);
  let lost: string | undefined;
  const note = (error: Error | undefined) => (lost = lostTo(env, error, secrets));
  const queue = env['OTEL_BSP_MAX_QUEUE_SIZE'] ? {} : { maxQueueSize };
  const processor = new BatchSpanProcessor(exporterWithout(secrets, traceExporter(env), note), queue);
  const provider = new NodeTracerProvider({ resource, spanProcessors: [processor] });
  provider.register();
  return {
    clientInterceptors: { workflow: [new client.OpenTelemetryWorkflowClientInterceptor()] },
    activityInterceptors: [
      (context) => ({
        inbound: new worker.OpenTelemetryActivityInboundInterceptor(context),
        outbound: new worker.OpenTelemetryActivityOutboundInterceptor(context),
      }),
    ],
    sinks: { exporter: worker.makeWorkflowExporter(processor, resource) } as unknown as NonNullable<
      WorkerOptions['sinks']
    >,
    within: (name, work) => trace.getTracer('fanfold').startActiveSpan(name, (span) => inSpan(span, work)),
    stop: async () => {
      const slow = new Promise<void>((resolve) => setTimeout(resolve, stopWithinMs).unref());
      await Promise.race([provider.shutdown().catch(() => {}), slow]);
      return lost;
    },
  };
}

async function inSpan<Value>(span: Span, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    span.setAttribute('error.type', (error as Error).name).setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}
