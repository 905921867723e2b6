import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import type { BatchOrder } from '../../src/contract/activities.js';
import type { DocumentContent } from '../../src/contract/document.js';
import { FanfoldError } from '../../src/contract/errors.js';
import type { ModelRequest } from '../../src/contract/model-request.js';
import { fromRanges } from '../../src/contract/lanes.js';
import type { Chunk, ChunkOrder, Item } from '../../src/contract/lanes.js';
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

/** What tokens of a batch cost of their list price (https://platform.claude.com/docs/en/build-with-claude/batch-processing). */
const batchShare = 0.5;

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
  /** The most that it may cost in a batch, in US dollars; `null` where the model's price is not known. */
  mostUsd(): number | null;
  /** Whether a lane has to ask instead: the document is to be read in parts, which no batch can do, could not be read, or is not in the store. */
  isForLane: boolean;
}

/** Questions that are asked together. */
export interface QuestionOrder {
  number: number;
  /** See `BatchOrder`. */
  run?: string;
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
  const { number, run, freshSinceMs = 0, inlineBytes, queuedAtMs, document, questions } = order;
  const { store } = surroundings;
  const shared = document && (await documentContent(document, store));
  return {
    number,
    ...(run !== undefined && { run }),
    freshSinceMs,
    inlineBytes,
    queuedAtMs,
    questions: await Promise.all(
      questions.map(async ({ key, index, request }) => {
        const own = await contentOf(request, store);
        const question = await questionOf(key, index, request, own.content ?? shared, surroundings);
        return own.isMissing ? { ...question, isForLane: true } : question;
      }),
    ),
  };
}

/** The order of a chunk's documents. */
export async function orderOfChunk(order: ChunkOrder, surroundings: Surroundings): Promise<QuestionOrder> {
  const { number, run, chunk, firstIndex, places, template, freshSinceMs = 0, queuedAtMs, budgetUsd } = order;
  const items = await itemsOf(chunk, surroundings.store);
  const found = fromRanges(places).flatMap((place) => {
    const asked = askedAt(items, place, template);
    return asked === undefined ? [] : [{ asked, index: firstIndex + place }];
  });
  const { filled: _, ...unfilled } = template;
  const questions = await Promise.all(
    found.map(async ({ asked, index }): Promise<BatchQuestion> => {
      const isUnasked = whyUnasked(template, asked) !== undefined;
      const request = itemRequest(isUnasked ? unfilled : template, asked);
      const { content, isMissing } = await contentOf(request, surroundings.store);
      const question = await questionOf(asked.key, index, request, content, surroundings);
      if (isMissing || isUnasked || asked.way?.local !== undefined) return { ...question, isForLane: true };
      return budgetUsd === undefined ? question : { ...question, boundUsd: boundOf(request, question.body) };
    }),
  );
  const money = budgetUsd === undefined ? {} : { budgetUsd };
  const mark = run === undefined ? {} : { run };
  return { number, ...mark, freshSinceMs, inlineBytes: inlineAnswersBytes, queuedAtMs, ...money, questions };
}

/** The documents of a chunk; none where the store lacks it, so that a lane tells what has become of each. */
async function itemsOf(chunk: Chunk, store: DocumentStore): Promise<Item[]> {
  const text = await store.readText(chunk).catch(unlessMissing);
  return text === undefined ? [] : (JSON.parse(text) as Item[]);
}

async function contentOf(
  { document }: ModelRequest,
  store: DocumentStore,
): Promise<{ content?: DocumentContent; isMissing?: true }> {
  if (document === undefined) return {};
  const content = await documentContent(document, store).catch(unlessMissing);
  return content === undefined ? { isMissing: true } : { content };
}

/** @throws the failure, unless it says that a text is not in the store */
function unlessMissing(failure: unknown): undefined {
  if (!(failure instanceof FanfoldError) || failure.type !== 'DocumentMissing') throw failure;
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
    mostUsd: () => {
      // Without another try where an answer does not fit its schema: that is asked online.
      const bound = upperBoundUsd({ ...sizeOf(request, estimateTokens(body)), parts: 1, structured: false });
      return bound === null ? null : bound * batchShare;
    },
    isForLane: typeof document === 'string' && isLong(document, request),
  };
}

/** At the price of a single call: what is asked for once more is asked online. */
function boundOf(request: ModelRequest, body: BatchQuestion['body']): number {
  return upperBoundUsd(sizeOf(request, estimateTokens(body))) ?? Infinity;
}
