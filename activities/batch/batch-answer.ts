import type { BatchAnswer } from '../../src/contract/activities.js';
import type { Answer } from '../../src/contract/model-call.js';
import { noLedger } from '../../src/contract/outcome.js';
import type { Entry } from '../../src/journal/index.js';
import { messageOf } from '../../src/model/call/kept-answer.js';
import type { ModelMessage } from '../../src/model/call/message.js';
import { isProper, readAnswer } from '../../src/model/call/read-answer.js';
import type { Reading } from '../../src/model/call/read-answer.js';
import { costOf } from '../../src/model/index.js';
import { placeAnswer } from '../stored/place-answer.js';
import type { BatchContext } from './batch-activity.js';
import type { BatchQuestion, QuestionOrder } from './batch-order.js';

/** An answer that came with the batch; one that does not fit its schema is asked for once more, online. */
export async function paidAnswer(
  order: QuestionOrder,
  { format }: BatchQuestion,
  message: ModelMessage,
  context: BatchContext,
): Promise<BatchAnswer> {
  const { usage, model } = message;
  const costUsd = costOf(usage, model, { batch: true });
  const ledger = { ...noLedger, attempts: 1, startedAtMs: order.queuedAtMs, usage, costUsd };
  const reading = await readAnswer(message, format);
  if (format !== undefined && reading.status === 'invalid' && !isProper(reading)) return { ledger };
  return { answer: await answerOf(order, reading, model, { ledger, reused: false, savedUsd: 0 }, context) };
}

/** An answer that the journal has. */
export async function knownAnswer(
  order: QuestionOrder,
  { format }: BatchQuestion,
  entry: Entry,
  context: BatchContext,
): Promise<Answer> {
  const message = messageOf(entry);
  const ledger = { ...noLedger, startedAtMs: order.queuedAtMs };
  const spent = { ledger, reused: true, savedUsd: entry.costUsd ?? 0 };
  return answerOf(order, await readAnswer(message, format), message.model, spent, context);
}

async function answerOf(
  { inlineBytes }: QuestionOrder,
  reading: Reading,
  model: string,
  spent: Pick<Answer, 'ledger' | 'reused' | 'savedUsd'>,
  { settings, secrets }: BatchContext,
): Promise<Answer> {
  const placed = await placeAnswer(reading, model, inlineBytes, { store: settings.store, secrets });
  return { ...placed, ...spent, finishedAtMs: Date.now() };
}
