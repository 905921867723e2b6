import { createHash } from 'node:crypto';

import type { Activities, BatchAnswer, BatchOrder, SubmittedBatch } from '../src/contract/activities.js';
import type { Answer } from '../src/contract/model-call.js';
import { FanfoldError } from '../src/contract/errors.js';
import { cutMessage } from '../src/contract/failures.js';
import { tallyOf, toRanges } from '../src/contract/lanes.js';
import type { ChunkOrder, LaneResult } from '../src/contract/lanes.js';
import { noLedger, outcomeOfAnswer } from '../src/contract/outcome.js';
import type { StoredBranch } from '../src/contract/branch.js';
import type { CpuPool } from '../src/cpu/index.js';
import { questionKey } from '../src/journal/index.js';
import type { Entry, Journal } from '../src/journal/index.js';
import { costOf } from '../src/model/index.js';
import type { ActivitiesSettings } from './settings.js';
import { batchActivity } from './batch/batch-activity.js';
import type { BatchContext } from './batch/batch-activity.js';
import { orderOfBranches, orderOfChunk } from './batch/batch-order.js';
import type { BatchQuestion, QuestionOrder } from './batch/batch-order.js';
import { questionOf, splitRequests, submitOnce } from '../src/model/call/batch-api.js';
import type { BatchRequest, Notes, SubmissionNote } from '../src/model/call/batch-api.js';
import { messageOf } from '../src/model/call/kept-answer.js';
import { asMessage } from '../src/model/call/message.js';
import type { ModelMessage } from '../src/model/call/message.js';
import { errorOf, isProper, readAnswer } from '../src/model/call/read-answer.js';
import { placeOutput } from './stored/place-output.js';

type BatchActivities = Pick<
  Activities,
  'submitBatches' | 'collectBatches' | 'submitChunk' | 'collectChunk' | 'haveBatchesEnded' | 'cancelBatches'
>;

/**
 * The activities of the economy lane: questions asked as Message Batches.
 *
 * Batches-1. A batch is submitted once, even where a worker or the server dies around the submission.
 * Batches-2. Every proper answer of a batch is in the journal before anything else happens to it.
 */
export function createBatchActivities(settings: ActivitiesSettings & { cpu: CpuPool }): BatchActivities {
  const { store, cpu } = settings;
  const branches = (order: BatchOrder, { run }: BatchContext) => orderOfBranches(order, { store, cpu, run });
  const documents = (order: ChunkOrder, { run }: BatchContext) => orderOfChunk(order, { store, cpu, run });
  return {
    submitBatches: (order) =>
      batchActivity(settings, order, async (context) => submit(await branches(order, context), context)),
    collectBatches: (order, batches) =>
      batchActivity(settings, order, async (context) => collect(await branches(order, context), batches, context)),
    submitChunk: (order) =>
      batchActivity(settings, order, async (context) => submit(await documents(order, context), context)),
    collectChunk: (order, batches) =>
      batchActivity(settings, order, async (context) => {
        const questions = await documents(order, context);
        return laneResultOf(order, questions, await collect(questions, batches, context), settings);
      }),
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
  };
}

async function submit(order: QuestionOrder, context: BatchContext): Promise<SubmittedBatch[]> {
  const { client, signal } = context;
  const journal = journalOf(context);
  const unknown: BatchRequest[] = [];
  const asked = new Set<string>();
  for (const [question, { body, isForLane }] of order.questions.entries()) {
    if (isForLane) continue;
    const key = questionKey({ source: context.source, body });
    // The same question twice is paid for once: the other finds the answer in the journal.
    if (asked.has(key) || (await known(order, body, context)) !== undefined) continue;
    asked.add(key);
    unknown.push({ question, params: body });
  }
  const submitted: SubmittedBatch[] = [];
  for (const [part, requests] of splitRequests(unknown).entries()) {
    const mark = markOf(order, part, context);
    const id = await submitOnce(client, mark, requests, notesOf(journal, mark), signal);
    submitted.push({ id, questions: requests.map(({ question }) => question) });
  }
  return submitted;
}

async function collect(
  order: QuestionOrder,
  batches: readonly SubmittedBatch[],
  context: BatchContext,
): Promise<BatchAnswer[]> {
  const { client, signal } = context;
  const came = new Map<number, ModelMessage>();
  for (const [part, { id }] of batches.entries()) {
    const mark = markOf(order, part, context);
    const { processing_status: status } = await client.messages.batches.retrieve(id, {}, { signal });
    if (status !== 'ended') continue;
    for await (const { custom_id, result } of await client.messages.batches.results(id, {}, { signal })) {
      const at = questionOf(custom_id, mark);
      const question = order.questions[at ?? -1];
      if (at === undefined || question === undefined || result.type !== 'succeeded') continue;
      const message = redacted(asMessage(result.message), context);
      came.set(at, message);
      await keep(question, message, context);
    }
  }
  return Promise.all(
    order.questions.map(async (question, at) => {
      const message = came.get(at);
      if (message !== undefined) return paidAnswer(order, question, message, context);
      const entry = await known(order, question.body, context);
      return entry === undefined ? {} : { answer: await knownAnswer(order, question, entry, context) };
    }),
  );
}

async function keep({ body, format }: BatchQuestion, message: ModelMessage, context: BatchContext): Promise<void> {
  if (!isProper(await readAnswer(message, format))) return;
  const { text: answer, usage, model } = message;
  const costUsd = costOf(usage, model, { batch: true });
  const entry = { answer, usage, model, costUsd, answeredAtMs: Date.now(), askedBy: context.run };
  await journalOf(context).put(questionKey({ source: context.source, body }), entry);
}

/** An answer that came with the batch; one that does not fit its schema is asked for once more, online. */
async function paidAnswer(
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
  return { answer: await answerOf(order, message, format, { ledger, reused: false, savedUsd: 0 }, context) };
}

async function knownAnswer(
  order: QuestionOrder,
  { format }: BatchQuestion,
  entry: Entry,
  context: BatchContext,
): Promise<Answer> {
  const ledger = { ...noLedger, startedAtMs: order.queuedAtMs };
  return answerOf(order, messageOf(entry), format, { ledger, reused: true, savedUsd: entry.costUsd ?? 0 }, context);
}

async function answerOf(
  { inlineBytes }: QuestionOrder,
  message: ModelMessage,
  format: BatchQuestion['format'],
  spent: Pick<Answer, 'ledger' | 'reused' | 'savedUsd'>,
  { settings, secrets }: BatchContext,
): Promise<Answer> {
  const reading = await readAnswer(message, format);
  const error = errorOf(reading);
  return {
    status: reading.status,
    ...(reading.output !== undefined && { output: await placeOutput(reading.output, inlineBytes, settings.store) }),
    ...(error !== undefined && { error: { ...error, message: cutMessage(secrets.text(error.message)) } }),
    model: cutMessage(message.model),
    ...spent,
    finishedAtMs: Date.now(),
  };
}

/** A chunk's outcomes, stored together; documents of which nothing came are left to a lane. */
async function laneResultOf(
  { firstIndex }: ChunkOrder,
  { questions, queuedAtMs }: QuestionOrder,
  answers: readonly BatchAnswer[],
  { store }: Pick<ActivitiesSettings, 'store'>,
): Promise<LaneResult> {
  const outcomes: StoredBranch[] = [];
  const left: number[] = [];
  for (const [at, { key, index }] of questions.entries()) {
    const answer = answers[at]?.answer;
    if (answer === undefined) left.push(index - firstIndex);
    else outcomes.push(outcomeOfAnswer({ key, index, queuedAtMs }, answer));
  }
  if (outcomes.length === 0) return { rest: null, left: toRanges(left), why: 'done' };
  const { sha256, bytes } = await store.putText(JSON.stringify(outcomes));
  const indices = toRanges(outcomes.map(({ index }) => index));
  return { rest: { blob: { sha256, bytes }, indices, tally: tallyOf(outcomes) }, left: toRanges(left), why: 'done' };
}

async function known(
  { freshSinceMs }: QuestionOrder,
  body: BatchQuestion['body'],
  context: BatchContext,
): Promise<Entry | undefined> {
  const entry = await journalOf(context).get(questionKey({ source: context.source, body }));
  return entry !== undefined && entry.answeredAtMs >= freshSinceMs ? entry : undefined;
}

/** Names one batch of one run: the beginning of its requests' ids, and the key of its note. */
function markOf({ number }: QuestionOrder, part: number, { run, source }: BatchContext): string {
  const name = JSON.stringify(['fanfold batch', source, run, number, part]);
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}

/** Notes stand in the journal, as answers to questions that nobody asks. */
function notesOf(journal: Journal, mark: string): Notes {
  const key = createHash('sha256').update(`fanfold batch note ${mark}`).digest('hex');
  return {
    read: async () => (await journal.get(key))?.answer as SubmissionNote | undefined,
    write: async (note) => {
      const { usage } = noLedger;
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

function redacted(message: ModelMessage, { secrets }: BatchContext): ModelMessage {
  return { ...message, text: secrets.text(message.text), model: secrets.text(message.model) };
}
