import type { LayerQuestion, Paid, Payer } from '../../src/model/layer/index.js';
import type { Asking } from './asking.js';
import { played, record } from './cassette.js';
import type { Question } from './question.js';

/** Plays what is recorded, where there is a cassette; else has the model layer pay once, and records what came. */
export async function payOnce(question: Question, asking: Asking): Promise<Paid> {
  const { call, equipment } = asking;
  const { layer, secrets, settings } = equipment;
  const { cassette, api } = settings;
  const asked = layerQuestionOf(question, asking);
  const pay = (): Promise<Paid> => layer.payOnce(asked, payerOf(question, asking), asking.form);
  if (cassette === undefined) return pay();
  const { body, sample } = asked;
  const recorded = {
    // Where a recording was asked does not count, but for the offline model.
    source: call.offline ? 'offline' : (api?.baseURL ?? 'gateway'),
    body,
    ...(sample !== undefined && { sample }),
    branch: call.key,
    notBeforeMs: call.freshSinceMs,
  };
  const known = await played(recorded, call, settings);
  if (known === undefined) {
    const paid = await pay();
    await record(recorded, paid.message, cassette, secrets);
    return paid;
  }
  // An earlier try may have paid for it, and recorded it.
  const own = cassette.records ? await layer.paidBefore(asked) : undefined;
  return own ?? { message: known.message, from: 'journal', savedUsd: known.costUsd ?? 0 };
}

function layerQuestionOf({ body, part }: Question, { call, host, attempt }: Asking): LayerQuestion {
  const { sample, outputSchema, tools, lastTurn } = call.request;
  return {
    offline: call.offline,
    body,
    ...(sample !== undefined && { sample }),
    form: {
      ...(outputSchema && { outputSchema }),
      ...(lastTurn !== undefined && { lastTurn }),
      ...(tools && { tools: [] }),
    },
    run: host.run,
    asker: attempt.asker,
    share: host.share,
    ...(host.origin && { origin: host.origin }),
    notBeforeMs: call.freshSinceMs,
    // What is about a part takes its time by the part.
    hedge: part === undefined ? call.hedge?.run : undefined,
    patienceMs: host.patienceMs,
    bound: { sinceMs: call.queuedAtMs, mostMs: call.timeoutMs },
  };
}

function payerOf({ part }: Question, { attempt, signal, host }: Asking): Payer {
  return {
    signal,
    unwanted: host.cancellationSignal,
    remainingMs: () => attempt.remainingMs(),
    waiting: (wait) => attempt.waiting(wait),
    left: (isSecond) => attempt.left(isSecond),
    said: (text) => attempt.said(text),
    ended: (ended, isSecond) => attempt.ended(ended, isSecond),
    leaves: () => attempt.leaves(),
    // What is set aside for a question is for all of its parts.
    checkReserve: () => (part === undefined || part.number === 1 ? attempt.checkReserve() : undefined),
    mayPaySecond: () => attempt.mayPaySecond(),
    answered: () => (part === undefined || part.isLast ? attempt.answered() : attempt.answeredParts(part.number)),
    purse: () => attempt.purse(part === undefined || part.number === 1),
  };
}
