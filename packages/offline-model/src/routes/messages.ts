import { compose } from '../answer/compose.js';
import { readAsk } from '../ask/ask.js';
import type { LiveCall } from '../calls/call-log.js';
import { dialectOf } from '../check/dialect.js';
import { checkMessage } from '../check/check-message.js';
import { applyAnswerFault } from '../faults/answer-faults.js';
import { isErrorFault } from '../faults/error-faults.js';
import { substituteFor } from '../faults/substitute.js';
import type { Exchange } from '../http/exchange.js';
import { forever, pause } from '../http/pause.js';
import { sendMessage } from '../http/send-message.js';
import { modelClassOf } from '../models.js';
import type { Premises } from '../premises.js';
import { messageOf, usageOf } from '../reply/message.js';

// Of the latency, what passes before a streamed answer begins.
const silentShare = 0.4;

/**
 * `POST /v1/messages`, for a call that is in the log.
 *
 * @throws ApiFailure when the request is refused
 * @throws Hangup when the client goes
 */
export async function answerMessage(
  exchange: Exchange,
  call: LiveCall,
  body: Record<string, unknown>,
  premises: Premises,
): Promise<void> {
  const { record } = call;
  const whole = premises.threads.wholeOf(body);
  const { params, model, prefixes } = checkMessage(whole, dialectOf(exchange));
  const streamed = params.stream === true;
  const modelClass = modelClassOf(params.model);
  exchange.rateHeaders = () => premises.limits.headers(modelClass);
  const { slowMs, fault } = premises.script.judge(record, call.texts);
  record.fault = fault?.kind ?? (slowMs === undefined ? null : 'slow');
  const share = premises.cache.share(prefixes, model.minCacheTokens);
  if (!isErrorFault(fault))
    premises.limits.admit(modelClass, share.uncached + share.written5m + share.written1h, premises.log.open);
  await premises.holds.pass(call, exchange.signal);
  if (fault?.kind === 'hang-before-headers') return forever(exchange.signal);
  const substitute = substituteFor(fault, streamed);
  if (substitute) {
    await pause(slowMs ?? 0, exchange.signal);
    return substitute(exchange);
  }
  const reply = applyAnswerFault(compose(params, readAsk(params)), fault, params);
  const usage = usageOf(reply, share, 'standard');
  record.usage = usage;
  record.stopReason = reply.stopReason;
  premises.limits.generated(modelClass, usage.output_tokens);
  const latencyMs = slowMs ?? premises.latency(record);
  const silentMs = streamed ? latencyMs * silentShare : latencyMs;
  await pause(silentMs, exchange.signal);
  if (fault?.kind === 'reset-before-headers') return exchange.sever();
  share.begin();
  const message = messageOf(reply, usage, params.model, `msg_offline_${record.sequence}`);
  premises.threads.hold(body, whole, message.id, message.content);
  exchange.whole = await sendMessage(exchange, message, streamed, latencyMs - silentMs, fault);
}
