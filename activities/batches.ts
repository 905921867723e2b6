import { createHash } from 'node:crypto';

import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import type { Activities, Answer, BatchAnswer, BatchOrder, SubmittedBatch } from '../src/contract/activities.js';
import { FanfoldError } from '../src/contract/errors.js';
import { cutMessage } from '../src/contract/failures.js';
import { noLedger } from '../src/contract/outcome.js';
import { questionKey } from '../src/journal/index.js';
import type { Entry, Journal } from '../src/journal/index.js';
import { buildRequest, costOf } from '../src/model/index.js';
import type { ActivitiesSettings } from './ask-model.js';
import { batchActivity } from './batch-activity.js';
import type { BatchContext } from './batch-activity.js';
import { questionOf, splitRequests, submitOnce } from './model/batch-api.js';
import type { BatchRequest, Notes, SubmissionNote } from './model/batch-api.js';
import { asMessage } from './model/message.js';
import type { ModelMessage } from './model/message.js';
import { outputFormatOf } from './model/output-format.js';
import { errorOf, readAnswer } from './model/read-answer.js';
import { placeOutput } from './place-output.js';

type BatchActivities = Pick<Activities, 'submitBatches' | 'haveBatchesEnded' | 'cancelBatches' | 'collectBatches'>;

/**
 * The activities of the economy lane: questions asked as Message Batches.
 *
 * E1. A batch is submitted once, whatever dies around the submission.
 * E2. Every proper answer of a batch is in the journal before anything else happens to it.
 */
export function createBatchActivities(settings: ActivitiesSettings): BatchActivities {
  return {
    submitBatches: (order) => batchActivity(settings, order, (context) => submit(order, context)),
    haveBatchesEnded: ({ offline, ids }) =>
      batchActivity(settings, { offline }, async ({ client, signal }) => {
        const statuses = await Promise.all(ids.map((id) => client.messages.batches.retrieve(id, {}, { signal })));
        return statuses.every(({ processing_status: status }) => status === 'ended');
      }),
    cancelBatches: ({ offline, ids }) =>
      batchActivity(settings, { offline }, async ({ client, signal }) => {
        for (const id of ids) {
          const { processing_status: status } = await client.messages.batches.retrieve(id, {}, { signal });
          if (status === 'in_progress') await client.messages.batches.cancel(id, {}, { signal });
        }
      }),
    collectBatches: (order, batches) => batchActivity(settings, order, (context) => collect(order, batches, context)),
  };
}

async function submit(order: BatchOrder, context: BatchContext): Promise<SubmittedBatch[]> {
  const { client, signal } = context;
  const journal = journalOf(context);
  const unknown: BatchRequest[] = [];
  for (const [question, body] of (await bodiesOf(order, context)).entries()) {
    if ((await known(journal, order, body, context)) === undefined) unknown.push({ question, params: body });
  }
  const submitted: SubmittedBatch[] = [];
  for (const [part, requests] of splitRequests(unknown).entries()) {
    const mark = markOf(order, part, context);
    const id = await submitOnce(client, mark, requests, notesOf(journal, mark), signal);
    submitted.push({ id, questions: requests.map(({ question }) => question) });
  }
  return submitted;
}

async function collect(order: BatchOrder, batches: SubmittedBatch[], context: BatchContext): Promise<BatchAnswer[]> {
  const { client, signal } = context;
  const bodies = await bodiesOf(order, context);
  const came = new Map<number, ModelMessage>();
  for (const [part, { id }] of batches.entries()) {
    const mark = markOf(order, part, context);
    const { processing_status: status } = await client.messages.batches.retrieve(id, {}, { signal });
    if (status !== 'ended') continue;
    for await (const { custom_id, result } of await client.messages.batches.results(id, {}, { signal })) {
      const question = questionOf(custom_id, mark);
      if (question === undefined || result.type !== 'succeeded') continue;
      const message = redacted(asMessage(result.message), context);
      came.set(question, message);
      await keep(order, question, bodies[question], message, context);
    }
  }
  return Promise.all(
    bodies.map(async (body, question) => {
      const message = came.get(question);
      if (message !== undefined) return paidAnswer(order, question, message, context);
      const entry = await known(journalOf(context), order, body, context);
      return entry === undefined ? {} : { answer: await knownAnswer(order, question, entry, context) };
    }),
  );
}

async function keep(
  order: BatchOrder,
  question: number,
  body: MessageCreateParamsNonStreaming | undefined,
  message: ModelMessage,
  context: BatchContext,
): Promise<void> {
  if (body === undefined || readAnswer(message, formatOf(order, question)).status !== 'ok') return;
  const { text: answer, usage, model } = message;
  const costUsd = costOf(usage, model, { batch: true });
  const entry = { answer, usage, model, costUsd, answeredAtMs: Date.now(), askedBy: context.run };
  await journalOf(context).put(keyOf(body, context), entry);
}

/** An answer that came with the batch; one that does not fit its schema is asked for once more, online. */
async function paidAnswer(
  order: BatchOrder,
  question: number,
  message: ModelMessage,
  context: BatchContext,
): Promise<BatchAnswer> {
  const { usage, model } = message;
  const costUsd = costOf(usage, model, { batch: true });
  const ledger = { ...noLedger, attempts: 1, startedAtMs: order.queuedAtMs, usage, costUsd };
  const format = formatOf(order, question);
  const reading = readAnswer(message, format);
  if (reading.status === 'invalid' && format !== undefined) return { ledger };
  return { answer: await answerOf(order, message, { ledger }, format, context) };
}

async function knownAnswer(order: BatchOrder, question: number, entry: Entry, context: BatchContext): Promise<Answer> {
  const { answer, usage, model, costUsd } = entry;
  const message: ModelMessage = { text: String(answer), stopReason: 'end_turn', refusal: undefined, model, usage };
  const ledger = { ...noLedger, startedAtMs: order.queuedAtMs };
  const saved = { ledger, reused: true, savedUsd: costUsd ?? 0 };
  return answerOf(order, message, saved, formatOf(order, question), context);
}

async function answerOf(
  { inlineBytes }: BatchOrder,
  message: ModelMessage,
  { ledger, reused = false, savedUsd = 0 }: Pick<Answer, 'ledger'> & Partial<Pick<Answer, 'reused' | 'savedUsd'>>,
  format: ReturnType<typeof formatOf>,
  { settings, redact }: BatchContext,
): Promise<Answer> {
  const reading = readAnswer(message, format);
  const error = errorOf(reading);
  return {
    status: reading.status,
    ...(reading.output !== undefined && { output: await placeOutput(reading.output, inlineBytes, settings.store) }),
    ...(error !== undefined && { error: { ...error, message: cutMessage(redact(error.message)) } }),
    model: cutMessage(message.model),
    reused,
    savedUsd,
    ledger,
    finishedAtMs: Date.now(),
  };
}

async function bodiesOf(order: BatchOrder, { settings }: BatchContext): Promise<MessageCreateParamsNonStreaming[]> {
  const { document, questions } = order;
  const text = document && ('inline' in document ? document.inline : await settings.store.readText(document));
  return questions.map(({ request }, question) =>
    buildRequest({ ...request, cacheDocument: false }, text, formatOf(order, question)?.wire),
  );
}

function formatOf({ questions }: BatchOrder, question: number) {
  const schema = questions[question]?.request.outputSchema;
  return schema && outputFormatOf(schema);
}

async function known(
  journal: Pick<Journal, 'get'>,
  { freshSinceMs = 0 }: BatchOrder,
  body: MessageCreateParamsNonStreaming,
  context: BatchContext,
): Promise<Entry | undefined> {
  const entry = await journal.get(keyOf(body, context));
  return entry !== undefined && entry.answeredAtMs >= freshSinceMs ? entry : undefined;
}

function keyOf(body: MessageCreateParamsNonStreaming, { source }: BatchContext): string {
  return questionKey({ source, body });
}

/** Names one batch of one run: the beginning of its requests' ids, and the key of its note. */
function markOf({ number }: BatchOrder, part: number, { run, source }: BatchContext): string {
  const name = JSON.stringify(['fanfold batch', source, run, number, part]);
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}

/** Notes stand in the journal, as answers to questions that nobody asks. */
function notesOf(journal: Journal, mark: string): Notes {
  const key = createHash('sha256').update(`fanfold batch note ${mark}`).digest('hex');
  return {
    read: async () => (await journal.get(key))?.answer as SubmissionNote | undefined,
    write: async (note) => {
      const usage = noLedger.usage;
      await journal.put(key, { answer: note, usage, model: 'note', costUsd: 0, answeredAtMs: Date.now() });
    },
  };
}

function journalOf({ settings }: BatchContext): Journal {
  if (settings.journal === undefined) {
    throw new FanfoldError('BadInput', 'Message Batches need a journal, to be submitted once.');
  }
  return settings.journal;
}

function redacted(message: ModelMessage, { redact }: BatchContext): ModelMessage {
  return { ...message, text: redact(message.text), model: redact(message.model) };
}
