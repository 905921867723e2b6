import type { ModelCall } from '../../src/contract/model-call.js';
import { questionKey } from '../../src/journal/index.js';
import type { Journal, Question } from '../../src/journal/index.js';
import { costOf } from '../../src/model/index.js';
import type { ModelMessage } from '../../src/model/call/message.js';
import { keptAnswer, messageOf } from '../../src/model/call/kept-answer.js';
import { isProper } from '../../src/model/call/read-answer.js';
import type { ReadAnswer } from '../../src/model/call/read-answer.js';

/** A message that was paid for now, or before. */
export interface OnceAsked {
  message: ModelMessage;
  /** `own`: an earlier try of the same branch had paid for it. */
  from: 'api' | 'journal' | 'own';
  /** US dollars that asking again would have cost; 0 where the price is unknown. */
  savedUsd: number;
}

/**
 * Asks, unless the journal has the answer or somebody else is asking the same. Only proper answers are kept.
 *
 * @param asker who pays, the same for every try of one branch
 * @param read decides what is proper
 * @param ask is to end by the signal that it is given
 */
export async function askOnce(
  { freshSinceMs }: Pick<ModelCall, 'freshSinceMs'>,
  asker: string,
  question: Question,
  read: ReadAnswer,
  signal: AbortSignal,
  journal: Pick<Journal, 'once'> | undefined,
  ask: (signal: AbortSignal) => Promise<ModelMessage>,
): Promise<OnceAsked> {
  if (journal === undefined) return { message: await ask(signal), from: 'api', savedUsd: 0 };
  const options = { signal, ...(freshSinceMs !== undefined && { notBeforeMs: freshSinceMs }) };
  const once = await journal.once(questionKey(question), options, async (abort) => {
    const value = await ask(abort ?? signal);
    if (!isProper(await read(value))) return { value };
    const { usage, model } = value;
    return {
      value,
      entry: {
        answer: keptAnswer(value),
        usage,
        model,
        costUsd: costOf(usage, model),
        answeredAtMs: Date.now(),
        askedBy: asker,
      },
    };
  });
  if (!once.reused) return { message: once.value, from: 'api', savedUsd: 0 };
  const { costUsd, askedBy } = once.entry;
  const own = askedBy === asker;
  return {
    message: messageOf(once.entry),
    from: own ? 'own' : 'journal',
    savedUsd: own ? 0 : (costUsd ?? 0),
  };
}
