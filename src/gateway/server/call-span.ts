import type { IncomingMessage } from 'node:http';

import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import { context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';

import type { EndedCall } from '../../model/call/ended-call.js';
import { ModelSpan } from '../../model/call/model-span.js';

/** What a call is traced with. */
export interface Traced {
  baseURL: string;
  asked: MessageCreateParamsNonStreaming;
  tracesContent: boolean | undefined;
}

/**
 * Traces a call for a client that is no worker as a span, below the client's own where it sends `traceparent`. Without tracing it only makes
 * the call.
 *
 * @param ended tells what the call cost, once it has ended
 * @see https://www.w3.org/TR/trace-context/
 */
export async function inCallSpan<Value>(
  { headers }: Pick<IncomingMessage, 'headers'>,
  { baseURL, asked, tracesContent = false }: Traced,
  ended: () => Pick<EndedCall, 'usage'>,
  call: () => Promise<Value>,
): Promise<Value> {
  const span = context.with(
    propagation.extract(ROOT_CONTEXT, headers),
    () => new ModelSpan(baseURL, asked, tracesContent),
  );
  try {
    return await span.within(call);
  } catch (error) {
    span.failed(error);
    throw error;
  } finally {
    span.end(ended());
  }
}
