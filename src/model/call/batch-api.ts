import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';

import type Anthropic from '@anthropic-ai/sdk';
import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import type { MessageBatch, MessageBatchIndividualResponse } from '@anthropic-ai/sdk/resources/messages/batches';

import { FanfoldError } from '../../contract/errors.js';
import { MalformedAnswer } from './malformed-answer.js';

/** Well below the API's 100,000 requests and 256 MB, so that what surrounds a request fits too. */
const mostRequests = 50_000;
const mostBytes = 200_000_000;

/** Milliseconds before a submission's note in which a batch may seem to have been created: clocks differ. */
const clockMarginMs = 60_000;

/** One request of a batch. */
export interface BatchRequest {
  /** Place of the question in its order. */
  question: number;
  params: MessageCreateParamsNonStreaming;
}

/** A note that is written before a batch is submitted, and completed after. */
export interface SubmissionNote {
  atMs: number;
  requests: number;
  id?: string;
}

/** The store of submission notes: durable, and seen by every worker. */
export interface Notes {
  read(): Promise<SubmissionNote | undefined>;
  write(note: SubmissionNote): Promise<void>;
}

/** Divides requests, in order, into as few batches as the API's limits allow. */
export function splitRequests(requests: readonly BatchRequest[]): BatchRequest[][] {
  const batches: BatchRequest[][] = [];
  let bytes = Infinity;
  for (const request of requests) {
    const size = Buffer.byteLength(JSON.stringify(request.params)) + 200;
    const last = batches.at(-1);
    if (last === undefined || last.length === mostRequests || bytes + size > mostBytes) {
      batches.push([request]);
      bytes = size;
    } else {
      last.push(request);
      bytes += size;
    }
  }
  return batches;
}

/**
 * Submits a batch once. A worker that comes back after a crash asks the API first whether the batch was accepted.
 *
 * @param mark names the batch in the ids of its requests
 * @returns the batch's id
 * @throws FanfoldError `BatchUnknown` while it cannot be told which of several batches is this one
 */
export async function submitOnce(
  client: Anthropic,
  mark: string,
  requests: readonly BatchRequest[],
  notes: Notes,
  signal: AbortSignal,
): Promise<string> {
  const note = await notes.read();
  if (note?.id !== undefined) return note.id;
  const begun: SubmissionNote = { atMs: Date.now(), requests: requests.length };
  const found = note && (await findAccepted(client, mark, note, signal));
  if (found === undefined) await notes.write(begun);
  const id = found ?? (await create(client, mark, requests, signal));
  await notes.write({ ...begun, id });
  return id;
}

async function create(
  client: Anthropic,
  mark: string,
  requests: readonly BatchRequest[],
  signal: AbortSignal,
): Promise<string> {
  const { id } = await client.messages.batches.create(
    { requests: requests.map(({ question, params }) => ({ custom_id: customId(mark, question), params })) },
    { signal },
  );
  return id;
}

async function findAccepted(
  client: Anthropic,
  mark: string,
  note: SubmissionNote,
  signal: AbortSignal,
): Promise<string | undefined> {
  const open: MessageBatch[] = [];
  for await (const batch of client.messages.batches.list({ limit: 100 }, { signal })) {
    if (Date.parse(batch.created_at) < note.atMs - clockMarginMs) break;
    if (sizeOf(batch) !== note.requests) continue;
    if (batch.processing_status !== 'ended') open.push(batch);
    else if (await isMarked(client, batch.id, mark, signal)) return batch.id;
  }
  if (open.length === 0) return undefined;
  // A batch shows its requests only when it has ended; submitting again would pay for it twice.
  throw new FanfoldError(
    'BatchUnknown',
    `A worker died while it submitted a batch of ${note.requests}, and ${open.length} of that size are being processed: whether one of them is this one shows when they end.`,
  );
}

/**
 * The results of a batch that has ended, from where the API is configured to be. The address that the API tells, `results_url`, is
 * another host's behind a gateway, which must not have the key.
 *
 * @throws MalformedAnswer where a line is no JSON
 */
export async function* resultsOf(
  client: Anthropic,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<MessageBatchIndividualResponse> {
  const path = `/v1/messages/batches/${encodeURIComponent(id)}/results`;
  const { body } = await client.get(path, { signal, headers: { accept: 'application/binary' } }).asResponse();
  if (body === null) return;
  const lines = createInterface({ input: Readable.fromWeb(body as WebStream), crlfDelay: Infinity });
  for await (const line of lines) {
    if (line.trim() !== '') yield resultIn(line);
  }
}

function resultIn(line: string): MessageBatchIndividualResponse {
  try {
    return JSON.parse(line) as MessageBatchIndividualResponse;
  } catch {
    throw new MalformedAnswer('A line of the results of a batch is no JSON.', undefined);
  }
}

async function isMarked(client: Anthropic, id: string, mark: string, signal: AbortSignal): Promise<boolean> {
  for await (const { custom_id } of resultsOf(client, id, signal)) {
    return custom_id.startsWith(`${mark}-`);
  }
  return false;
}

function sizeOf({ request_counts: counts }: MessageBatch): number {
  return counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired;
}

function customId(mark: string, question: number): string {
  return `${mark}-${question}`;
}

/** The place of the question that a result belongs to; `undefined` where it is not of this batch. */
export function questionOf(id: string, mark: string): number | undefined {
  const question = id.startsWith(`${mark}-`) ? Number(id.slice(mark.length + 1)) : Number.NaN;
  return Number.isSafeInteger(question) ? question : undefined;
}
