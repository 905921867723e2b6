import type { MessageCreateParams } from '@anthropic-ai/sdk/resources/messages';
import { describeCall } from '../calls/describe-call.js';
import { ApiFailure } from '../http/api-failure.js';
import { authenticate } from '../http/authenticate.js';
import type { Exchange } from '../http/exchange.js';
import { parseObject, readBody } from '../http/read-body.js';
import type { Premises } from '../premises.js';
import { answerMessage } from './messages.js';

/** Puts a request to `POST /v1/messages` into the log, whatever becomes of it, and has it answered. */
export async function enterCall(exchange: Exchange, premises: Premises): Promise<void> {
  const arrivedAt = Date.now();
  const body = await attempt(() => readBody(exchange.request, premises.maxBodyBytes));
  const parsed = body instanceof ApiFailure ? body : await attempt(async () => parseObject(body));
  const params = parsed instanceof ApiFailure ? null : (parsed as unknown as MessageCreateParams);
  const call = premises.log.arrive(
    describeCall(params, body instanceof ApiFailure ? '' : body, exchange.requestId, arrivedAt),
  );
  const { record } = call;
  exchange.onOver(() => {
    record.status = exchange.response.headersSent ? exchange.response.statusCode : null;
    record.aborted = exchange.aborted && !premises.stopping;
    record.answered = exchange.whole && exchange.response.writableFinished;
    premises.log.finish(call);
  });
  authenticate(exchange.request.headers, premises.apiKey);
  if (parsed instanceof ApiFailure) throw parsed;
  await answerMessage(exchange, call, parsed, premises);
}

async function attempt<Value>(work: () => Promise<Value>): Promise<Value | ApiFailure> {
  try {
    return await work();
  } catch (failure) {
    if (failure instanceof ApiFailure) return failure;
    throw failure;
  }
}
