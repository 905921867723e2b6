import type { SubmittedBatch } from '../../src/contract/activities.js';
import { splitRequests, submitOnce } from '../../src/model/call/batch-api.js';
import type { BatchRequest } from '../../src/model/call/batch-api.js';
import type { BatchContext } from './batch-activity.js';
import type { QuestionOrder } from './batch-order.js';
import { journalOf, keyOf, knownEntry, markOf, notesOf } from './batch-journal.js';

/** How long a submission that is under way when its activity is cut may take, in milliseconds: a batch that nobody knows of runs on. */
const graceMs = 10_000;

/**
 * Submits what the journal does not know yet, in as many batches as the API wants. Where the run is cancelled meanwhile it returns those
 * that are submitted, for the run to stop, though the next one fails.
 *
 * @param split divides requests into batches
 */
export async function submit(
  order: QuestionOrder,
  context: BatchContext,
  split: typeof splitRequests = splitRequests,
): Promise<SubmittedBatch[]> {
  const { client, signal } = context;
  const journal = journalOf(context);
  const submitted: SubmittedBatch[] = [];
  const isEnough = () => signal.aborted && submitted.length > 0 && context.isCutByRun();
  const soon = abortedAfter(signal, graceMs);
  const requests = await requestsOf(order, context);
  for (const [part, some] of split(requests).entries()) {
    if (isEnough()) break;
    signal.throwIfAborted();
    const mark = markOf(order, part, context);
    const id = await submitOnce(client, mark, some, notesOf(journal, mark), soon).catch((error: unknown) => {
      if (!isEnough()) throw error;
    });
    if (id === undefined) break;
    const questions = some.map(({ question }) => question);
    submitted.push({ id, questions, ...(order.budgetUsd !== undefined && { boundUsd: boundOf(order, questions) }) });
  }
  return submitted;
}

async function requestsOf(order: QuestionOrder, context: BatchContext): Promise<BatchRequest[]> {
  const unknown: BatchRequest[] = [];
  const asked = new Set<string>();
  let leftUsd = order.budgetUsd ?? Infinity;
  for (const [question, each] of order.questions.entries()) {
    if (each.isForLane) continue;
    const key = keyOf(each, context);
    // The same question twice is paid for once: the other finds the answer in the journal.
    if (asked.has(key) || (await knownEntry(order, each, context)) !== undefined) continue;
    const { boundUsd = 0 } = each;
    if (boundUsd > leftUsd) continue;
    leftUsd -= boundUsd;
    asked.add(key);
    unknown.push({ question, params: each.body });
  }
  return unknown;
}

/** Aborts some time after another signal. */
function abortedAfter(signal: AbortSignal, ms: number): AbortSignal {
  const controller = new AbortController();
  const abortLater = () => void setTimeout(() => controller.abort(signal.reason), ms).unref();
  if (signal.aborted) abortLater();
  else signal.addEventListener('abort', abortLater, { once: true });
  return controller.signal;
}

function boundOf({ questions }: QuestionOrder, places: readonly number[]): number {
  return places.reduce((sum, place) => sum + (questions[place]?.boundUsd ?? 0), 0);
}
