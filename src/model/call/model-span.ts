import { performance } from 'node:perf_hooks';

import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Span } from '@opentelemetry/api';
import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import { namedModel } from '../../contract/providers.js';
import { providerRow } from '../providers/provider-table.js';
import type { EndedCall } from './ended-call.js';
import { genAiTracer } from './gen-ai-tracer.js';
import type { ModelMessage } from './message.js';
import { answeredContent, askedContent } from './traced-content.js';

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
  readonly #startedAt = performance.now();
  #begun = false;

  /** @param streams whether the answer comes as a stream */
  constructor(
    baseURL: string,
    readonly body: MessageCreateParamsNonStreaming,
    readonly withContent: boolean,
    readonly streams: boolean = (body as { stream?: boolean }).stream === true,
  ) {
    const { provider, name } = namedModel(body.model);
    this.#span = genAiTracer().startSpan(`chat ${name}`, {
      kind: SpanKind.CLIENT,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': providerRow(provider)?.traceName ?? 'anthropic',
        'gen_ai.request.model': name,
        ...parametersOf(body),
        ...addressOf(baseURL),
        ...(streams && { 'gen_ai.request.stream': true }),
        ...(body.output_config?.format && { 'gen_ai.output.type': 'json' }),
        ...(withContent && askedContent(body)),
      },
    });
  }

  /** Runs the call with the span as the active one. */
  within<Value>(call: () => Promise<Value>): Promise<Value> {
    return context.with(trace.setSpan(context.active(), this.#span), call);
  }

  /** The first of a stream is there. */
  begun(): void {
    if (!this.streams || this.#begun) return;
    this.#begun = true;
    this.#span.setAttribute('gen_ai.response.time_to_first_chunk', (performance.now() - this.#startedAt) / 1_000);
  }

  /** @param id as the API names the answer */
  answered({ model, stopReason, content, text }: ModelMessage, id?: string): void {
    this.#span.setAttributes({
      ...(id !== undefined && { 'gen_ai.response.id': id }),
      'gen_ai.response.model': model,
      'gen_ai.response.finish_reasons': [stopReason],
      ...(this.withContent && answeredContent(content ?? text, stopReason)),
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

/** What other programs may send, and fanfold and the SDK's types no longer have. */
interface Sampling {
  temperature?: number;
  top_p?: number;
  top_k?: number;
}

/** What a request says of how to answer. Stop sequences stay out: they are words of whoever asks. */
function parametersOf(body: MessageCreateParamsNonStreaming & Sampling): Attributes {
  const { max_tokens: most, temperature, top_p: topP, top_k: topK } = body;
  return {
    'gen_ai.request.max_tokens': most,
    ...(temperature !== undefined && { 'gen_ai.request.temperature': temperature }),
    ...(topP !== undefined && { 'gen_ai.request.top_p': topP }),
    ...(topK !== undefined && { 'gen_ai.request.top_k': topK }),
  };
}

/** Host and port of a URL; nothing of a text that is none, which the call itself will report. */
function addressOf(baseURL: string): Attributes {
  if (!URL.canParse(baseURL)) return {};
  const { hostname, port, protocol } = new URL(baseURL);
  return { 'server.address': hostname, 'server.port': Number(port || (protocol === 'https:' ? 443 : 80)) };
}
