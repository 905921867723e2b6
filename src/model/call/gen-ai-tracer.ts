import { trace } from '@opentelemetry/api';
import type { Tracer } from '@opentelemetry/api';

/**
 * OpenTelemetry's conventions for generative AI that spans follow: the newest published ones, in a repository of their own since May 2026.
 *
 * @see https://github.com/open-telemetry/semantic-conventions-genai
 */
export const genAiSchemaUrl = 'https://opentelemetry.io/schemas/gen-ai/1.42.0';

/** Makes spans that say which conventions they follow. */
export function genAiTracer(): Tracer {
  return trace.getTracerProvider().getTracer('fanfold', undefined, { schemaUrl: genAiSchemaUrl });
}

/** Whether prompts and answers are to be in traces; by the name that OpenTelemetry's own instrumentations use. */
export function capturesContent(env: NodeJS.ProcessEnv | undefined): boolean {
  return env?.['OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT']?.toLowerCase() === 'true';
}
