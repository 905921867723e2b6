import type { LayerQuestion, Paid, Payer } from '../../src/model/layer/index.js';
import type { Asking } from './asking.js';
import type { Question } from './question.js';

/** Has an answer paid for by the model layer, and keeps the attempt's ledger. */
export function payOnce(question: Question, asking: Asking): Promise<Paid> {
  return asking.equipment.layer.payOnce(layerQuestionOf(question, asking), payerOf(question, asking), asking.form);
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
    notBeforeMs: call.freshSinceMs,
    // What is about a part takes its time by the part.
    hedge: part === undefined ? call.hedge?.run : undefined,
    patienceMs: host.patienceMs,
  };
}

function payerOf({ part }: Question, { attempt, signal }: Asking): Payer {
  return {
    signal,
    remainingMs: () => attempt.remainingMs(),
    waiting: (wait) => attempt.waiting(wait),
    left: (isSecond) => attempt.left(isSecond),
    ended: (ended, isSecond) => attempt.ended(ended, isSecond),
    // What is set aside for a question is for all of its parts.
    checkReserve: () => (part === undefined || part.number === 1 ? attempt.checkReserve() : undefined),
    mayPaySecond: () => attempt.mayPaySecond(),
    answered: () => (part === undefined || part.isLast ? attempt.answered() : attempt.answeredParts(part.number)),
    purse: () => attempt.purse(part === undefined || part.number === 1),
  };
}
