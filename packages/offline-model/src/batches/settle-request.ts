import { compose } from '../answer/compose.js';
import { readAsk } from '../ask/ask.js';
import { describeCall } from '../calls/describe-call.js';
import { checkMessage } from '../check/check-message.js';
import { applyAnswerFault } from '../faults/answer-faults.js';
import { failureOf, isErrorFault } from '../faults/error-faults.js';
import { ApiFailure, invalidRequest } from '../http/api-failure.js';
import type { PromptCache } from '../cache/prompt-cache.js';
import type { Script } from '../faults/script.js';
import { messageOf, usageOf } from '../reply/message.js';
import type { BatchRequest, Settled } from './settled.js';

/** What settling a request takes of the server. */
interface Settling {
  script: Script;
  cache: PromptCache;
  /** Milliseconds since the epoch. */
  now: () => number;
}

export function settleRequest(request: BatchRequest, batchId: string, cancelled: boolean, premises: Settling): Settled {
  if (cancelled) return { type: 'canceled', result: () => ({ type: 'canceled' }) };
  try {
    return settleAnswer(request, batchId, premises);
  } catch (failure) {
    if (!(failure instanceof ApiFailure)) throw failure;
    return { type: 'errored', result: () => ({ type: 'errored', error: failure.body(batchId) }) };
  }
}

function settleAnswer(
  { params: body, custom_id: customId }: BatchRequest,
  batchId: string,
  premises: Settling,
): Settled {
  if (body.max_tokens === 0) throw invalidRequest('max_tokens: 0 is not allowed in a batch');
  const { params, model, prefixes } = checkMessage({ ...body });
  if (params.stream) throw invalidRequest('stream: streaming is not supported in a batch');
  const { record, texts } = describeCall(params, JSON.stringify(params), batchId, premises.now());
  const { fault } = premises.script.judge(record, texts);
  if (isErrorFault(fault)) throw failureOf(fault);
  if (fault?.kind === 'expired') return { type: 'expired', result: () => ({ type: 'expired' }) };
  const share = premises.cache.share(prefixes, model.minCacheTokens);
  share.begin();
  return {
    type: 'succeeded',
    result: () => {
      const reply = applyAnswerFault(compose(params, readAsk(params)), fault, params);
      return {
        type: 'succeeded',
        message: messageOf(reply, usageOf(reply, share, 'batch'), params.model, `msg_${batchId}_${customId}`),
      };
    },
  };
}
