import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import type { BatchOrder } from '../../src/contract/activities.js';
import type { DocumentContent } from '../../src/contract/document.js';
import { FanfoldError } from '../../src/contract/errors.js';
import type { ModelRequest } from '../../src/contract/model-request.js';
import { fromRanges } from '../../src/contract/lanes.js';
import type { ChunkOrder, Item } from '../../src/contract/lanes.js';
import { namedModel } from '../../src/contract/providers.js';
import { inlineAnswersBytes } from '../../src/contract/limits.js';
import { askedAt, itemRequest, whyUnasked } from '../../src/plan/item-request.js';
import { buildRequest, estimateTokens, isLong, sizeOf, upperBoundUsd } from '../../src/model/index.js';
import { documentContent } from '../stored/document-content.js';
import type { DocumentStore } from '../stored/document-content.js';
import { promptOf, withFiles } from '../stored/prompt-of.js';
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
  /** See `ModelRequest`. */
  sample?: number;
  /** The most that it may cost, in US dollars; only where a budget holds. */
  boundUsd?: number;
  /** Whether a lane has to ask instead: the document is to be read in parts, which no batch can do, or could not be read. */
  isForLane: boolean;
}

/** Questions that are asked together. */
export interface QuestionOrder {
  number: number;
  freshSinceMs: number;
  inlineBytes: number;
  queuedAtMs: number;
  /** What its questions may cost together, in US dollars; those that no longer fit are not submitted. */
  budgetUsd?: number;
  questions: BatchQuestion[];
}

/** The store, threads and run that an order is put together with. */
interface Surroundings extends PatternHost {
  store: DocumentStore;
  /** A model's name with its provider. */
  modelFor(model: string): string;
}

/** The order of a few branches, which share a document. */
export async function orderOfBranches(order: BatchOrder, surroundings: Surroundings): Promise<QuestionOrder> {
  const { number, freshSinceMs = 0, inlineBytes, queuedAtMs, document, questions } = order;
  const { store } = surroundings;
  const shared = document && (await documentContent(document, store));
  return {
    number,
    freshSinceMs,
    inlineBytes,
    queuedAtMs,
    questions: await Promise.all(
      questions.map(async ({ key, index, request }) => {
        const own = request.document && (await documentContent(request.document, store));
        return questionOf(key, index, request, own ?? shared, surroundings);
      }),
    ),
  };
}

/** The order of a chunk's documents. */
export async function orderOfChunk(order: ChunkOrder, surroundings: Surroundings): Promise<QuestionOrder> {
  const { number, chunk, firstIndex, places, template, freshSinceMs = 0, queuedAtMs, budgetUsd } = order;
  const items = JSON.parse(await surroundings.store.readText(chunk)) as Item[];
  const found = fromRanges(places).flatMap((place) => {
    const asked = askedAt(items, place, template);
    return asked === undefined ? [] : [{ asked, index: firstIndex + place }];
  });
  const { filled: _, ...unfilled } = template;
  const questions = await Promise.all(
    found.map(async ({ asked, index }): Promise<BatchQuestion> => {
      const isUnasked = whyUnasked(template, asked) !== undefined;
      const request = itemRequest(isUnasked ? unfilled : template, asked);
      const document = request.document && (await documentContent(request.document, surroundings.store));
      const question = await questionOf(asked.key, index, request, document, surroundings);
      if (isUnasked || asked.way?.local !== undefined) return { ...question, isForLane: true };
      return budgetUsd === undefined ? question : { ...question, boundUsd: boundOf(request, question.body) };
    }),
  );
  const money = budgetUsd === undefined ? {} : { budgetUsd };
  return { number, freshSinceMs, inlineBytes: inlineAnswersBytes, queuedAtMs, ...money, questions };
}

/** @throws FanfoldError `BadRequest` where a model's provider has no Message Batches */
function checkHasBatches(model: string): void {
  if (namedModel(model).provider === 'anthropic') return;
  throw new FanfoldError(
    'BadRequest',
    `Expected a model of Anthropic's for \`economy\`, got \`${model}\`: no other provider has Message Batches.`,
    'Leave `economy` out.',
  );
}

async function questionOf(
  key: string,
  index: number,
  request: ModelRequest,
  document: DocumentContent | undefined,
  host: Surroundings,
): Promise<BatchQuestion> {
  const format = request.outputSchema && outputFormatOf(request.outputSchema, host);
  const prompt = await promptOf(request, host.store);
  // No call of a batch leads the others to the prompt cache: each of them would pay for writing to it.
  const asked = { ...request, prompt: prompt.text, cacheDocument: false };
  const model = host.modelFor(request.model);
  checkHasBatches(model);
  const body = buildRequest({ ...asked, model: namedModel(model).name }, withFiles(document, prompt), format?.wire);
  const { sample } = request;
  return {
    key,
    index,
    body,
    format,
    ...(sample !== undefined && { sample }),
    isForLane: typeof document === 'string' && isLong(document, request),
  };
}

/** At the price of a single call: what is asked for once more is asked online. */
function boundOf(request: ModelRequest, body: BatchQuestion['body']): number {
  return upperBoundUsd(sizeOf(request, estimateTokens(body))) ?? Infinity;
}
