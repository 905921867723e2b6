import type { BatchAnswer, SubmittedBatch } from '../../src/contract/activities.js';
import type { Ledger } from '../../src/contract/model-call.js';
import { noLedger } from '../../src/contract/outcome.js';
import { unnamedClient } from '../../src/contract/gateway.js';
import { questionOf, resultsOf } from '../../src/model/call/batch-api.js';
import { BatchSpend, spendMarkOf } from '../../src/model/call/batch-spend.js';
import { dayOf } from '../../src/journal/index.js';
import { asMessage } from '../../src/model/call/message.js';
import type { ModelMessage } from '../../src/model/call/message.js';
import { isProper, readAnswer } from '../../src/model/call/read-answer.js';
import { costOf } from '../../src/model/index.js';
import { record } from '../ask/cassette.js';
import type { BatchContext } from './batch-activity.js';
import { knownAnswer, paidAnswer } from './batch-answer.js';
import { journalOf, keyOf, knownEntry, markOf, recordedAs } from './batch-journal.js';
import type { BatchQuestion, QuestionOrder } from './batch-order.js';

/** What came of each question, in order: from the batches that have ended, and from the journal. Of the other batches the most that they may cost is lost. */
export async function collect(
  order: QuestionOrder,
  batches: readonly SubmittedBatch[],
  context: BatchContext,
): Promise<BatchAnswer[]> {
  const { came, lost } = await messagesOf(order, batches, context);
  return Promise.all(
    order.questions.map(async (question, at) => {
      const message = came.get(at);
      if (message !== undefined) return paidAnswer(order, question, message, context);
      const entry = await knownEntry(order, question, context);
      if (entry !== undefined) return { answer: await knownAnswer(order, question, entry, context) };
      // What the API charges for it in the end nobody will ask.
      return lost.has(at) ? { ledger: lostLedger(question) } : {};
    }),
  );
}

function lostLedger({ mostUsd }: BatchQuestion): Ledger {
  const lostUsd = mostUsd();
  return lostUsd === null ? { ...noLedger, costUsd: null } : { ...noLedger, lostUsd };
}

/** The messages of the batches by their questions' places, each in the journal before the next is read; and what is in batches that have not ended. */
async function messagesOf(
  order: QuestionOrder,
  batches: readonly SubmittedBatch[],
  context: BatchContext,
): Promise<{ came: Map<number, ModelMessage>; lost: Set<number> }> {
  const { client, signal } = context;
  const came = new Map<number, ModelMessage>();
  const lost = new Set<number>();
  for (const [part, { id, questions }] of batches.entries()) {
    const mark = markOf(order, part, context);
    const { processing_status: status } = await client.messages.batches.retrieve(id, {}, { signal });
    if (status !== 'ended') {
      for (const at of questions) lost.add(at);
      continue;
    }
    const spend = new BatchSpend();
    for await (const { custom_id, result } of resultsOf(client, id, signal)) {
      const at = questionOf(custom_id, mark);
      const question = order.questions[at ?? -1];
      if (at === undefined || question === undefined || result.type !== 'succeeded') continue;
      const message = redacted(asMessage(result.message), context);
      came.set(at, message);
      spend.add(message.model, message.usage);
      await keep(question, message, context);
    }
    await writeDown(spend, id, context);
  }
  return { came, lost };
}

/** The ledger of the home's gateway, which has no part in batches, has the whole run so. Other gateways write down themselves what they hand on. */
async function writeDown(spend: BatchSpend, id: string, context: BatchContext): Promise<void> {
  if (!context.isInLedger) return;
  const rows = spend.rows({ run: context.run, client: unnamedClient, day: dayOf(Date.now()) });
  if (rows.length > 0) await journalOf(context).recordSpend(rows, spendMarkOf(context.source, id));
}

async function keep(question: BatchQuestion, message: ModelMessage, context: BatchContext): Promise<void> {
  if (!isProper(await readAnswer(message, question.format))) return;
  const { text: answer, usage, model } = message;
  const costUsd = costOf(usage, model, { batch: true });
  const entry = { answer, usage, model, costUsd, answeredAtMs: Date.now(), askedBy: context.run };
  await journalOf(context).put(keyOf(question, context), entry);
  await record(recordedAs(question, context), message, context.settings.cassette, context.secrets);
}

function redacted(message: ModelMessage, { secrets }: BatchContext): ModelMessage {
  return { ...message, text: secrets.text(message.text), model: secrets.text(message.model) };
}
