import { questionKey } from '../../src/journal/index.js';
import type { Asked, Entry } from '../../src/journal/index.js';
import { keptAnswer, messageOf } from '../../src/model/call/kept-answer.js';
import type { ModelMessage } from '../../src/model/call/message.js';
import { isProper } from '../../src/model/call/read-answer.js';
import { costOf } from '../../src/model/index.js';
import type { Asking } from './asking.js';
import { played, record } from './cassette.js';
import { pay } from './pay.js';
import type { Question } from './question.js';

/** A message that was paid for now, or before. */
export interface Paid {
  message: ModelMessage;
  /** `own`: an earlier try of the same branch had paid for it. */
  from: 'api' | 'journal' | 'own';
  /** US dollars that paying again would have cost; 0 where the price is unknown. */
  savedUsd: number;
}

/** Plays what is recorded, where there is a cassette; else pays once, and records what came. */
export async function payOnce(question: Question, asking: Asking): Promise<Paid> {
  const { attempt, call, equipment } = asking;
  const { cassette, journal } = equipment.settings;
  if (cassette === undefined) return paidOnce(question, asking);
  const recorded = { ...question, branch: call.key, notBeforeMs: call.freshSinceMs };
  const known = await played(recorded, call, equipment.settings);
  if (known === undefined) {
    const paid = await paidOnce(question, asking);
    await record(recorded, paid.message, cassette, equipment.secrets);
    return paid;
  }
  // An earlier try may have paid for it, and recorded it.
  const entry = cassette.records ? await journal?.get(questionKey(question)) : undefined;
  if (entry?.askedBy === attempt.asker) return found(entry, attempt.asker);
  return { message: known.message, from: 'journal', savedUsd: known.costUsd ?? 0 };
}

/** Pays for an answer, unless the journal has it or somebody else is asking the same. Only proper answers are kept. */
async function paidOnce(question: Question, asking: Asking): Promise<Paid> {
  const { signal, attempt, call, equipment, host } = asking;
  const { journal } = equipment.settings;
  if (journal === undefined) return { message: await pay(question, asking, signal), from: 'api', savedUsd: 0 };
  const { freshSinceMs } = call;
  const options = {
    signal,
    unwanted: host.cancellationSignal,
    ...(freshSinceMs !== undefined && { notBeforeMs: freshSinceMs }),
  };
  const once = await journal.once(questionKey(question), options, (abort = signal) =>
    payToKeep(question, asking, abort),
  );
  return once.reused ? found(once.entry, attempt.asker) : { message: once.value, from: 'api', savedUsd: 0 };
}

/** Pays, and says what of it the journal is to keep. */
async function payToKeep(question: Question, asking: Asking, signal: AbortSignal): Promise<Asked<ModelMessage>> {
  const value = await pay(question, asking, signal);
  return isProper(await asking.form.read(value)) ? { value, entry: entryOf(value, asking.attempt.asker) } : { value };
}

function entryOf(message: ModelMessage, askedBy: string): Entry {
  const { usage, model } = message;
  return {
    answer: keptAnswer(message),
    usage,
    model,
    costUsd: costOf(usage, model),
    answeredAtMs: Date.now(),
    askedBy,
  };
}

function found(entry: Entry, asker: string): Paid {
  const isOwn = entry.askedBy === asker;
  return {
    message: messageOf(entry),
    from: isOwn ? 'own' : 'journal',
    savedUsd: isOwn ? 0 : (entry.costUsd ?? 0),
  };
}
