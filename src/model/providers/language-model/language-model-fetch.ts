import type { LanguageModelV3 } from '@ai-sdk/provider';
import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import { FanfoldError } from '../../../contract/errors.js';
import { WholeAnswer } from '../../call/whole-answer.js';
import { blocksOf, messageOf, stopReasonOf, usageOf } from './answer-of.js';
import { eventsOf } from './events-of.js';
import { failureBodyOf, failureOf, headersOf } from './failure-of.js';
import { callOptionsOf } from './prompt-of.js';

type Asked = Omit<MessageCreateParamsNonStreaming, 'stream'> & { stream?: boolean };

/** A model of either version of the AI SDK's interface: calls are the same, files are not. */
type Model = Pick<LanguageModelV3, 'doGenerate' | 'doStream'> & { specificationVersion: string };

/** The language model of a name. */
export type ModelNamed = (name: string) => Model;

/**
 * A `fetch` that answers questions of the Messages API with a language model of the AI SDK's. Everything behind the call, from the
 * journal to the bill, is the same for every provider that way.
 */
export function languageModelFetch(modelOf: ModelNamed): typeof globalThis.fetch {
  return async (_, init = {}) => {
    const asked = JSON.parse(init.body as string) as Asked;
    try {
      const model = modelOf(asked.model);
      const fileData = (base64: string) =>
        model.specificationVersion === 'v4' ? ({ type: 'data', data: base64 } as unknown as string) : base64;
      const options = { ...callOptionsOf(asked, fileData), ...(init.signal && { abortSignal: init.signal }) };
      return await (asked.stream === true ? streamed(model, options, asked) : whole(model, options, asked));
    } catch (error) {
      return answerTo(error, asked);
    }
  };
}

async function whole(model: Model, options: Parameters<Model['doGenerate']>[0], asked: Asked): Promise<Response> {
  const { content, finishReason, usage, response } = await model.doGenerate(options);
  const blocks = blocksOf(content);
  const message = messageOf(response?.id, response?.modelId ?? asked.model, {
    content: blocks,
    stop_reason: stopReasonOf(finishReason),
    usage: usageOf(usage, asked, JSON.stringify(blocks)),
  });
  return Response.json(message, { headers: headersOf(response?.headers ?? {}) });
}

async function streamed(model: Model, options: Parameters<Model['doStream']>[0], asked: Asked): Promise<Response> {
  const { stream, response } = await model.doStream(options);
  const headers = headersOf(response?.headers ?? {});
  headers.set('content-type', 'text/event-stream');
  const encoder = new TextEncoder();
  const events = eventsOf(stream, asked);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await events.next();
      if (done === true) return controller.close();
      controller.enqueue(encoder.encode(`event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`));
    },
    async cancel() {
      await events.return(undefined);
    },
  });
  return new Response(body, { headers });
}

/** @throws what is no answer of the provider: the connection's error, or what the signal says */
async function answerTo(error: unknown, { stream }: Asked): Promise<Response> {
  if (error instanceof FanfoldError) {
    return Response.json(failureBodyOf({ type: 'invalid_request_error', message: error.message }), { status: 400 });
  }
  const answer = failureOf(error);
  // Only its cause says why a connection failed.
  if (answer === undefined) throw (error as { cause?: unknown } | undefined)?.cause ?? error;
  if (answer.ok && stream === true) throw new WholeAnswer(await answer.text(), answer.headers);
  return answer;
}
