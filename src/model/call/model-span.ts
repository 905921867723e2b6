import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Span } from '@opentelemetry/api';
import type {
  ContentBlockParam,
  MessageCreateParamsNonStreaming,
  MessageParam,
} from '@anthropic-ai/sdk/resources/messages';

import { namedModel } from '../../contract/providers.js';
import { isFileBlock } from '../index.js';
import { providerRow } from '../providers/provider-table.js';
import type { EndedCall } from './ended-call.js';
import type { ModelMessage } from './message.js';

/** Whether prompts and answers are to be in traces; by the name that OpenTelemetry's own instrumentations use. */
export function capturesContent(env: NodeJS.ProcessEnv | undefined): boolean {
  return env?.['OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT']?.toLowerCase() === 'true';
}

/**
 * The span of a model call, by OpenTelemetry's semantic conventions for generative AI. It does nothing where tracing is not set
 * up.
 *
 * ModelSpan-1. Without permission the span has nothing of what was asked or answered, nor of an error's message.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/anthropic/
 */
export class ModelSpan {
  readonly #span: Span;

  constructor(
    baseURL: string,
    readonly body: MessageCreateParamsNonStreaming,
    readonly withContent: boolean,
  ) {
    const { provider, name } = namedModel(body.model);
    this.#span = trace.getTracer('fanfold').startSpan(`chat ${name}`, {
      kind: SpanKind.CLIENT,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': providerRow(provider)?.traceName ?? 'anthropic',
        'gen_ai.request.model': name,
        'gen_ai.request.max_tokens': body.max_tokens,
        ...addressOf(baseURL),
        ...(body.output_config && { 'gen_ai.output.type': 'json' }),
        ...(withContent && asked(body)),
      },
    });
  }

  /** Runs the call with the span as the active one. */
  within<Value>(call: () => Promise<Value>): Promise<Value> {
    return context.with(trace.setSpan(context.active(), this.#span), call);
  }

  answered({ model, stopReason, text }: ModelMessage): void {
    this.#span.setAttributes({
      'gen_ai.response.model': model,
      'gen_ai.response.finish_reasons': [stopReason],
      ...(this.withContent && {
        'gen_ai.output.messages': JSON.stringify([
          { role: 'assistant', parts: [{ type: 'text', content: text }], finish_reason: stopReason },
        ]),
      }),
    });
  }

  failed(error: unknown): void {
    const status = (error as { status?: unknown }).status;
    const type = typeof status === 'number' ? String(status) : ((error as Error | undefined)?.name ?? 'Error');
    this.#span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
  }

  end({ usage }: Pick<EndedCall, 'usage'>): void {
    if (usage !== undefined) {
      const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
      this.#span.setAttributes({
        // Input tokens include those from the cache, as the conventions say.
        'gen_ai.usage.input_tokens': inputTokens + cacheReadTokens + cacheWriteTokens,
        'gen_ai.usage.output_tokens': outputTokens,
        'gen_ai.usage.cache_read.input_tokens': cacheReadTokens,
        'gen_ai.usage.cache_creation.input_tokens': cacheWriteTokens,
      });
    }
    this.#span.end();
  }
}

/** Host and port of a URL; nothing of a text that is none, which the call itself will report. */
function addressOf(baseURL: string): Attributes {
  if (!URL.canParse(baseURL)) return {};
  const { hostname, port, protocol } = new URL(baseURL);
  return { 'server.address': hostname, 'server.port': Number(port || (protocol === 'https:' ? 443 : 80)) };
}

/** A trace has room for a file's size, not for the file. */
function withoutFiles({ role, content }: MessageParam): unknown {
  if (typeof content === 'string') return { role, content };
  return { role, content: content.map(withoutBytes) };
}

function withoutBytes(block: ContentBlockParam): unknown {
  if (block.type === 'tool_result' && Array.isArray(block.content)) {
    return { ...block, content: (block.content as ContentBlockParam[]).map(withoutBytes) };
  }
  if (!isFileBlock(block) || block.source.type !== 'base64') return block;
  const { data, ...source } = block.source;
  return { ...block, source: { ...source, data: `(${data.length} characters of base64)` } };
}

function asked({ system, messages }: MessageCreateParamsNonStreaming): Attributes {
  return {
    ...(system !== undefined && { 'gen_ai.system_instructions': JSON.stringify(system) }),
    'gen_ai.input.messages': JSON.stringify(messages.map(withoutFiles)),
  };
}
