import { createHash } from 'node:crypto';

import { FanfoldError } from '../../src/contract/errors.js';
import { noLedger } from '../../src/contract/outcome.js';
import { questionKey } from '../../src/journal/index.js';
import type { CassetteQuestion, Entry, Journal } from '../../src/journal/index.js';
import type { Notes, SubmissionNote } from '../../src/model/call/batch-api.js';
import { keptAnswer, messageOf } from '../../src/model/call/kept-answer.js';
import { played, record } from '../ask/cassette.js';
import type { BatchContext } from './batch-activity.js';
import type { BatchQuestion, QuestionOrder } from './batch-order.js';

/** @throws FanfoldError `BadInput` where the worker has none */
export function journalOf({ settings }: BatchContext): Journal {
  if (settings.journal === undefined) {
    throw new FanfoldError('BadInput', 'Message Batches need a journal, to be submitted once.');
  }
  return settings.journal;
}

/** The answer to a question where the journal has one that is new enough. */
export async function knownEntry(
  { freshSinceMs }: QuestionOrder,
  question: Pick<BatchQuestion, 'key' | 'body' | 'sample'>,
  context: BatchContext,
): Promise<Entry | undefined> {
  const recorded = await played(
    { ...recordedAs(question, context), notBeforeMs: freshSinceMs },
    { offline: context.source === 'offline' },
    context.settings,
  );
  if (recorded !== undefined) {
    const { message, costUsd, answeredAtMs } = recorded;
    return { answer: keptAnswer(message), usage: message.usage, model: message.model, costUsd, answeredAtMs };
  }
  const entry = await journalOf(context).get(keyOf(question, context));
  if (entry === undefined || entry.answeredAtMs < freshSinceMs) return undefined;
  await record(recordedAs(question, context), messageOf(entry), context.settings.cassette, context.secrets);
  return entry;
}

/** A question as a cassette knows it. */
export function recordedAs(
  { key: branch, body, sample }: Pick<BatchQuestion, 'key' | 'body' | 'sample'>,
  { source }: BatchContext,
): CassetteQuestion {
  return { branch, source, body, ...(sample !== undefined && { sample }) };
}

/** The journal's key of a question. */
export function keyOf({ body, sample }: Pick<BatchQuestion, 'body' | 'sample'>, { source }: BatchContext): string {
  return questionKey({ source, body, ...(sample !== undefined && { sample }) });
}

/**
 * Names one batch of one run: the beginning of its requests' ids, and the key of its note. After a reset an order of the same number may be
 * about other questions.
 */
export function markOf({ number, run, questions }: QuestionOrder, part: number, context: BatchContext): string {
  const order = run === undefined ? [context.run, number] : [run, number, questions.map(({ key }) => key)];
  const name = JSON.stringify(['fanfold batch', context.source, ...order, part]);
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}

/** Notes stand in the journal, as answers to questions that nobody asks. */
export function notesOf(journal: Journal, mark: string): Notes {
  const key = createHash('sha256').update(`fanfold batch note ${mark}`).digest('hex');
  return {
    read: async () => (await journal.get(key))?.answer as SubmissionNote | undefined,
    write: async (note) => {
      const { usage } = noLedger;
      await journal.put(key, { answer: note, usage, model: 'note', costUsd: 0, answeredAtMs: Date.now() });
    },
  };
}
