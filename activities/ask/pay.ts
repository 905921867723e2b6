import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import { Hedges, race } from '../../src/model/call/hedge.js';
import type { ModelMessage } from '../../src/model/call/message.js';
import type { Caller } from '../../src/model/call/caller.js';
import { isProper } from '../../src/model/call/read-answer.js';
import { withCorrection } from '../../src/model/call/with-correction.js';
import { withRest } from '../../src/model/call/with-rest.js';
import type { Asking } from './asking.js';
import type { Question } from './question.js';

/** A second call that cannot leave at once is not made: the limiter has better uses for its turn. */
const hedgePatienceMs = 20;

/** What calls of the same run take in this process. */
const hedges = new Hedges();

/**
 * Pays for an answer: one call, another that races it where it is slow, and one more where the answer does not fit its schema,
 * or says nothing after the results of tools.
 *
 * @param signal ends it
 * @throws ApplicationFailure `ReserveUsedUp` or `OverBudget` before anything is spent, or what the call failed with
 */
export async function pay(question: Question, asking: Asking, signal: AbortSignal): Promise<ModelMessage> {
  const { attempt, form } = asking;
  const { body, part } = question;
  // What is set aside for a question is for all of its parts.
  if (part === undefined || part.number === 1) attempt.checkReserve();
  const calls = new Calls(asking, part === undefined ? asking.call.hedge?.run : undefined, signal);
  const message = await withCorrection(body, form.format, (each) =>
    withRest(
      each,
      () => attempt.mayPaySecond(),
      (one) => calls.callOrRace(one),
    ),
  );
  if (part === undefined || part.isLast) attempt.answered();
  else attempt.answeredParts(part.number);
  return message;
}

/** The calls that one question takes. */
class Calls {
  constructor(
    readonly asking: Asking,
    /** The run whose calls say what is slow; without it nothing is raced. */
    readonly racedRun: string | undefined,
    readonly signal: AbortSignal,
  ) {}

  /** One call, or one and a second that races it where it is slow. */
  callOrRace(body: MessageCreateParamsNonStreaming): Promise<ModelMessage> {
    const { attempt, form } = this.asking;
    if (this.racedRun === undefined) return this.#call(body, this.signal, false);
    return race({
      hedges,
      run: this.racedRun,
      signal: this.signal,
      isProper: async (message) => isProper(await form.read(message)),
      maySecond: () => attempt.mayPaySecond(),
      call: (signal, isSecond) => this.#call(body, signal, isSecond),
    });
  }

  #call(body: MessageCreateParamsNonStreaming, signal: AbortSignal, isSecond: boolean): Promise<ModelMessage> {
    const { host, prepared, equipment } = this.asking;
    const patienceMs = isSecond ? hedgePatienceMs : host.patienceMs;
    return equipment.models.call(prepared.api, body, callerOf(this.asking, signal, isSecond), patienceMs);
  }
}

function callerOf({ attempt, call }: Asking, signal: AbortSignal, isSecond: boolean): Caller {
  return {
    signal,
    bound: { sinceMs: call.queuedAtMs, mostMs: call.timeoutMs },
    remainingMs: () => attempt.remainingMs(),
    waiting: (wait) => (isSecond ? wait() : attempt.waiting(wait)),
    left: () => attempt.left(isSecond),
    // Of two calls that race, the first is the one that is shown.
    ...(!isSecond && { said: (text: string) => attempt.said(text) }),
    ended: (ended) => attempt.ended(ended, isSecond),
  };
}
