import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import type { BatchOrder } from '../../src/contract/activities.js';
import type { ModelRequest } from '../../src/contract/model-request.js';
import { fromRanges } from '../../src/contract/lanes.js';
import type { ChunkOrder, Item } from '../../src/contract/lanes.js';
import { inlineAnswersBytes } from '../../src/contract/limits.js';
import { buildRequest, isLong } from '../../src/model/index.js';
import type { BlobStore } from '../../src/store/blob-store.js';
import { documentText } from '../stored/document-text.js';
import { outputFormatOf } from '../../src/model/call/output-format.js';
import type { OutputFormat } from '../../src/model/call/output-format.js';
import type { PatternHost } from '../../src/model/call/schema-fit.js';

/** A question that goes into a batch, with all that it takes. */
export interface BatchQuestion {
  key: string;
  /** The branch's index among all branches of the run. */
  index: number;
  body: MessageCreateParamsNonStreaming;
  format: OutputFormat | undefined;
  /** Whether a lane has to ask instead: the document is to be read in parts, which no batch can do, or could not be read. */
  isForLane: boolean;
}

/** Questions that are asked together. */
export interface QuestionOrder {
  number: number;
  freshSinceMs: number;
  inlineBytes: number;
  queuedAtMs: number;
  questions: BatchQuestion[];
}

/** The store, threads and run that an order is put together with. */
interface Surroundings extends PatternHost {
  store: Pick<BlobStore, 'readText'>;
}

/** The order of a few branches, which share a document. */
export async function orderOfBranches(order: BatchOrder, surroundings: Surroundings): Promise<QuestionOrder> {
  const { number, freshSinceMs = 0, inlineBytes, queuedAtMs, document, questions } = order;
  const { store } = surroundings;
  const shared = document && (await documentText(document, store));
  return {
    number,
    freshSinceMs,
    inlineBytes,
    queuedAtMs,
    questions: await Promise.all(
      questions.map(async ({ key, index, request }) => {
        const own = request.document && (await documentText(request.document, store));
        return questionOf(key, index, request, own ?? shared, surroundings);
      }),
    ),
  };
}

/** The order of a chunk's documents. */
export async function orderOfChunk(order: ChunkOrder, surroundings: Surroundings): Promise<QuestionOrder> {
  const { number, chunk, firstIndex, places, template, freshSinceMs = 0, queuedAtMs } = order;
  const items = JSON.parse(await surroundings.store.readText(chunk)) as Item[];
  const questions = await Promise.all(
    fromRanges(places).flatMap((place) => {
      const item = items[place];
      return item === undefined ? [] : [questionAbout(item, firstIndex + place, template, surroundings)];
    }),
  );
  return { number, freshSinceMs, inlineBytes: inlineAnswersBytes, queuedAtMs, questions };
}

async function questionAbout(
  { key, text, unreadable, call }: Item,
  index: number,
  template: ModelRequest,
  surroundings: Surroundings,
): Promise<BatchQuestion> {
  const request = call?.request ?? template;
  const document =
    call === undefined ? text : request.document && (await documentText(request.document, surroundings.store));
  const question = questionOf(key, index, request, document, surroundings);
  return unreadable === undefined ? question : { ...question, isForLane: true };
}

function questionOf(
  key: string,
  index: number,
  request: ModelRequest,
  document: string | undefined,
  host: PatternHost,
): BatchQuestion {
  const format = request.outputSchema && outputFormatOf(request.outputSchema, host);
  // No call of a batch leads the others to the prompt cache: each of them would pay for writing to it.
  const body = buildRequest({ ...request, cacheDocument: false }, document, format?.wire);
  return { key, index, body, format, isForLane: document !== undefined && isLong(document, request) };
}
