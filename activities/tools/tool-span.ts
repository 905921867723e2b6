import { SpanStatusCode } from '@opentelemetry/api';

import { beginningOf } from '../../src/contract/cut-text.js';
import { capturesContent, genAiTracer } from '../../src/model/call/gen-ai-tracer.js';
import type { Secrets } from '../../src/secrets/index.js';

/** Most characters of what a tool was given, and of what it returned. */
const mostCharacters = 100_000;

/**
 * Traces a call of a tool as a span, by OpenTelemetry's conventions for generative AI. Without permission the span has nothing of what the
 * tool was given or returned.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/#execute-tool-span
 */
export function inToolSpan<Value>(
  name: string,
  input: unknown,
  { env, secrets }: { env: NodeJS.ProcessEnv; secrets: Secrets },
  work: () => Promise<Value>,
): Promise<Value> {
  const content = (key: string, value: unknown) =>
    capturesContent(env) && {
      [key]: beginningOf(secrets.text(JSON.stringify(value) ?? ''), mostCharacters),
    };
  const attributes = {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': name,
    'gen_ai.tool.type': 'function',
    ...content('gen_ai.tool.call.arguments', input),
  };
  return genAiTracer().startActiveSpan(`execute_tool ${name}`, { attributes }, async (span) => {
    try {
      const result = await work();
      span.setAttributes({ ...content('gen_ai.tool.call.result', result) });
      return result;
    } catch (error) {
      const { type, name: errorName } = error as { type?: string | null; name?: string };
      span.setAttribute('error.type', type ?? errorName ?? '_OTHER').setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
