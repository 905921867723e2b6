import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import { isOfLane } from '../../contract/priority.js';
import type { AnswerForm } from '../call/answer-form.js';
import type { Caller } from '../call/caller.js';
import type { ModelApi } from '../call/client.js';
import { Hedges, race } from '../call/hedge.js';
import type { ModelMessage } from '../call/message.js';
import type { ModelCaller } from '../call/model-caller.js';
import { isProper } from '../call/read-answer.js';
import { withCorrection } from '../call/with-correction.js';
import { withRest } from '../call/with-rest.js';
import type { LayerQuestion, Payer } from './question.js';

/** A second call that cannot leave at once is not made: the limiter has better uses for its turn. */
const hedgePatienceMs = 20;

/** What calls of the same run take in this process. */
const hedges = new Hedges();

/** A question, who pays for it, and what it is asked with. */
export interface Paying {
  question: LayerQuestion;
  payer: Payer;
  form: AnswerForm;
  api: ModelApi;
  models: ModelCaller;
}

/**
 * Pays for an answer: one call, another that races it where it is slow, and one more where the answer does not fit its schema,
 * or says nothing after the results of tools.
 *
 * @param signal ends it
 * @throws what `checkReserve` and `reserve` throw before anything is spent, or what the call failed with
 */
export async function pay(paying: Paying, signal: AbortSignal): Promise<ModelMessage> {
  const { question, payer, form } = paying;
  payer.checkReserve();
  await payer.reserve?.();
  const message = await withCorrection(question.body, form.format, (each) =>
    withRest(
      each,
      () => payer.mayPaySecond(),
      (one) => callOrRace(one, paying, signal),
    ),
  );
  payer.answered();
  return message;
}

/** One call, or one and a second that races it where it is slow. */
function callOrRace(body: MessageCreateParamsNonStreaming, paying: Paying, signal: AbortSignal): Promise<ModelMessage> {
  const { question, payer, form, api, models } = paying;
  const call = (abort: AbortSignal, isSecond: boolean) =>
    models.call(api, body, callerOf(paying, abort, isSecond), isSecond ? hedgePatienceMs : question.patienceMs);
  if (question.hedge === undefined) return call(signal, false);
  return race({
    hedges,
    run: question.hedge,
    signal,
    isProper: async (message) => isProper(await form.read(message)),
    maySecond: () => payer.mayPaySecond(),
    call,
  });
}

function callerOf({ payer, question }: Paying, signal: AbortSignal, isSecond: boolean): Caller {
  const { bound, share, run } = question;
  return {
    signal,
    ...(bound && { bound }),
    share: share ?? { key: run },
    ofLane: isOfLane(question),
    remainingMs: () => payer.remainingMs(),
    waiting: (wait) => (isSecond ? wait() : payer.waiting(wait)),
    left: () => payer.left(isSecond),
    ...(!isSecond && { said: (text: string) => payer.said?.(text) }),
    ended: (ended) => payer.ended(ended, isSecond),
  };
}
